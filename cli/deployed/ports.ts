import type { V1Service } from "@kubernetes/client-node";
import { type Edge, isHttp, type Port, type Service } from "../../catalog";
import type { Problem } from "../problem";
import { because } from "./affected";

/** Services that do not exist, missing ports, and ports that Istio reads as another protocol. */
export function portProblems(service: Service, services: readonly V1Service[]): Problem[] {
  return [...wrongPorts(service, services), ...portsInTheWay(service, services)];
}

function wrongPorts(service: Service, services: readonly V1Service[]): Problem[] {
  const { name, namespace, ports, incoming } = service;
  if (ports.length === 0) return [];
  const found = services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
  const culprit = `Service ${namespace}/${name}`;
  if (!found) {
    return [
      {
        severity: incoming.length > 0 ? "error" : "warning",
        culprit,
        problem: `It does not exist${because(incoming, "so these have no route")}.`,
        fix: `Create it, set services.${name}.service to "create", or name the catalog's service as the Service`,
      },
    ];
  }
  return ports.flatMap((port): Problem[] => {
    const edges = incoming.filter((edge) => edge.port.name === port.name);
    const actual = found.spec?.ports?.find((one) => one.port === port.port);
    if (!actual) {
      return [
        {
          severity: "error",
          culprit,
          problem: `It has no port ${port.port}, which the catalog declares as "${port.name}"${because(edges, "so these have no route")}.`,
          fix: `Set services.${name}.ports.${port.name}.port to one of ${(found.spec?.ports ?? []).map((one) => one.port).join(", ")}`,
        },
      ];
    }
    return wrongProtocol(culprit, name, port, protocolOf(actual), edges);
  });
}

/**
 * Ports of an adopted Service that the catalog does not declare, listed before one that it declares. Pulumi's patch
 * compares lists by position, so it would find a change on every run.
 */
function portsInTheWay(service: Service, services: readonly V1Service[]): Problem[] {
  const { name, namespace, ports } = service;
  const found = services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
  const live = found?.spec?.ports ?? [];
  const others = live.filter(
    ({ port, protocol = "TCP" }) => protocol === "TCP" && !ports.some((own) => own.port === port),
  );
  const ordered = ports.every(({ port }, index) => live[index]?.port === port);
  if (service.service !== "adopt" || others.length === 0 || ordered) return [];
  return [
    {
      severity: "warning",
      culprit: `Service ${namespace}/${name}`,
      problem: `The catalog adopts it without its ports ${others.map(({ port }) => port).join(", ")}, which are listed between the others, so every pulumi up updates the Service again.`,
      fix: `Add them to services.${name}.ports: ${others.map(({ name, port }) => `${name ?? "main"} (${port})`).join(", ")}`,
    },
  ];
}

function wrongProtocol(
  culprit: string,
  service: string,
  { name, port, protocol }: Port,
  actual: string | undefined,
  edges: readonly Edge[],
): Problem[] {
  if (actual === protocol) return [];
  const requests = isHttp(protocol);
  const opaque = actual !== undefined && !["http", "http2", "grpc"].includes(actual);
  const narrow = edges.filter(({ methods, paths, endUser }) => methods.length + paths.length > 0 || endUser);
  const denied = requests && opaque ? narrow : [];
  return [
    {
      severity: denied.length > 0 ? "error" : "warning",
      culprit,
      problem:
        actual === undefined
          ? `Its port ${port} has no protocol, so Istio detects the protocol of each connection; the catalog declares ${protocol}.`
          : `Istio reads its port ${port} as ${actual}, but the catalog declares ${protocol}${because(denied, "so no rule matches the requests of these and they are denied")}.`,
      fix: `Name the port ${protocol} or ${protocol}-<suffix>, set its appProtocol to ${protocol}, or set services.${service}.service to "adopt" (port "${name}")`,
    },
  ];
}

/**
 * The protocol that Istio uses for a port: its `appProtocol`, or what its name begins with.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
function protocolOf({ name, appProtocol }: { name?: string; appProtocol?: string }): string | undefined {
  const said = appProtocol?.toLowerCase() ?? name?.split("-")[0]?.toLowerCase();
  const protocol = said === undefined ? undefined : (kubernetesProtocols.get(said) ?? said);
  return protocol !== undefined && known.has(protocol) ? protocol : undefined;
}

const kubernetesProtocols: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "kubernetes.io/h2c": "http2",
    "kubernetes.io/ws": "http",
    "kubernetes.io/wss": "https",
  }),
);

const known = new Set([
  "http",
  "http2",
  "grpc",
  "grpc-web",
  "https",
  "tcp",
  "tls",
  "mongo",
  "mysql",
  "redis",
]);
