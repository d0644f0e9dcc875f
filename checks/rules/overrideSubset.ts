import { formatPath, type Service } from "../../catalog";
import { nearest } from "../nearest";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };
const overriding = (subset: string): object => ({
  ...webAndApi({}, { versions, traffic: { weights: { v1: 100, v2: 0 } } }),
  overrides: {
    VirtualService: {
      "shop/api": {
        spec: { http: [{ route: [{ destination: { host: "api.shop.svc.cluster.local", subset } }] }] },
      },
    },
  },
});

export const overrideSubset: MeshRule = {
  code: "MW361",
  severity: "error",
  title: "Overrides route only to subsets and ports that the service has",
  stage: "mesh",
  examples: { wrong: overriding("v9"), right: overriding("v2") },
  *check({ services, overrides }, hasFailed) {
    const byHost = new Map<string, Service>(services.map((service) => [service.host, service]));
    for (const [name, patch] of Object.entries(overrides.VirtualService ?? {})) {
      const [namespace = ""] = name.split("/");
      for (const { path, value } of destinationsIn(patch, ["overrides", "VirtualService", name])) {
        const host = typeof value.host === "string" ? value.host : "";
        // Istio completes a short name with the VirtualService's namespace.
        const service = byHost.get(host.includes(".") ? host : `${host}.${namespace}.svc.cluster.local`);
        if (!service || hasFailed(service.path)) continue;
        const subsets = subsetsOf(service, overrides);
        const { subset, port } = value as { subset?: unknown; port?: { number?: unknown } };
        if (typeof subset === "string" && !subsets.includes(subset)) {
          yield {
            path: formatPath([...path, "subset"]),
            message: `"${service.name}" has no subset "${subset}": requests that match are answered with 503`,
            fix: nearest(subset, subsets, `declare "${subset}" under services.${service.name}.versions`),
          };
        }
        const numbers = service.ports.map((one) => String(one.port));
        if (typeof port?.number === "number" && !numbers.includes(String(port.number))) {
          yield {
            path: formatPath([...path, "port", "number"]),
            message: `"${service.name}" has no port ${port.number}: requests that match are answered with 503`,
            fix: `use ${numbers.join(" or ")}`,
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

/** The subsets of a service's DestinationRule, which an override may list anew. */
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
