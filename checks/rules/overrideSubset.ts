import { formatPath, type Service } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };
const overriding = (subset: string): object => ({
  ...webAndApi({}, { versions, traffic: { weights: { v1: 0, v2: 100 } } }),
  overrides: {
    VirtualService: {
      "shop/api": {
        spec: { http: [{ route: [{ destination: { host: "api.shop.svc.cluster.local", subset } }] }] },
      },
    },
  },
});

export const noSubset = (service: string, subset: string, fix: string): Text => ({
  message: `"${service}" has no subset "${subset}": matching requests are answered with 503`,
  fix,
});

export const noPort = (service: string, port: number, ports: readonly string[]): Text => ({
  message: `"${service}" has no port ${port}: matching requests are answered with 503`,
  fix: `use ${ports.join(" or ")}`,
});

export const overrideSubset: MeshRule = {
  code: "MW361",
  severity: "error",
  title: "Overrides route only to subsets and ports of the service",
  why: [
    "A VirtualService can name any subset and port, and Kubernetes does not check that they exist.",
    "Envoy has no cluster for a missing one, and answers the requests of that route with 503.",
  ],
  see: pages.virtualService,
  stage: "mesh",
  examples: { wrong: overriding("v9"), right: overriding("v2") },
  *check({ services, overrides }, hasFailed) {
    const byHost = new Map<string, Service>(services.map((service) => [service.host, service]));
    for (const [name, patch] of Object.entries(overrides.VirtualService ?? {})) {
      const [namespace = ""] = name.split("/");
      for (const { path, value } of destinationsIn(patch, ["overrides", "VirtualService", name])) {
        const host = typeof value.host === "string" ? value.host : "";
        // Istio expands a short name with the VirtualService's namespace.
        const service = byHost.get(host.includes(".") ? host : `${host}.${namespace}.svc.cluster.local`);
        if (!service || hasFailed(service.path)) continue;
        const subsets = subsetsOf(service, overrides);
        const { subset, port } = value as { subset?: unknown; port?: { number?: unknown } };
        if (typeof subset === "string" && !subsets.includes(subset)) {
          yield {
            path: formatPath([...path, "subset"]),
            ...noSubset(
              service.name,
              subset,
              nearest(subset, subsets, `declare "${subset}" under services.${service.name}.versions`),
            ),
          };
        }
        const numbers = service.ports.map((one) => String(one.port));
        if (typeof port?.number === "number" && !numbers.includes(String(port.number))) {
          yield {
            path: formatPath([...path, "port", "number"]),
            ...noPort(service.name, port.number, numbers),
          };
        }
      }
    }
  },
};

type Destination = Readonly<Record<string, unknown>>;

/** Every `destination` and mirror of a VirtualService's override. */
function* destinationsIn(
  value: unknown,
  path: readonly (string | number)[],
): Iterable<{ path: readonly (string | number)[]; value: Destination }> {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if ((key === "destination" || key === "mirror") && inner !== null && typeof inner === "object") {
      yield { path: at, value: inner as Destination };
    }
    yield* destinationsIn(inner, at);
  }
}

/** The subsets of a service's DestinationRule, which an override can replace. */
function subsetsOf(
  { name, namespace, versions: own }: Service,
  overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): string[] {
  const patch = overrides.DestinationRule?.[`${namespace}/${name}`] as
    { spec?: { subsets?: unknown } } | undefined;
  const listed = patch?.spec?.subsets;
  if (!Array.isArray(listed)) return own.map((version) => version.name);
  return (listed as { name?: unknown }[]).map((subset) => String(subset.name));
}
