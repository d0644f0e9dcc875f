import {
  denyRequestFields,
  formatPath,
  isHttp,
  type MeshDefinition,
  type ServiceDefinition,
} from "../../catalog";
import { denials, portOf, references } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Report, Text } from "../rule";
import { tcp, webAndApi } from "./example";

const callFields = ["methods", "paths", "endUser", "timeout", "retries"] as const;
const breakerFields = [
  "http1MaxPendingRequests",
  "http2MaxRequests",
  "maxRequestsPerConnection",
  "h2UpgradePolicy",
  "maxRetries",
  "retryBudget",
] as const;

export const overTcp = (service: string, field: string): Text => ({
  message: `"${service}" is called over TCP, where a proxy sees no requests: ${field} has no effect`,
  fix: "remove it, or declare the port's protocol as http, http2 or grpc if the application uses one of them",
});

export const withoutPorts = (service: string, field: string): Text => ({
  message: `"${service}" has no ports, so it receives no requests: ${field} has no effect`,
  fix: "remove it, or declare the port that receives requests",
});

export const deniedOverTcp = (service: string, field: string): Text => ({
  message: `"${service}" is called over TCP, where Istio ignores ${field} in a DENY rule: the rule would deny every connection`,
  fix: "remove it, or name an HTTP port in port",
});

export const routedToTcp = (service: string, protocol: string): Text => ({
  message: `the gateway routes HTTP requests, and the routed port of "${service}" has the protocol ${protocol}`,
  fix:
    protocol === "tls"
      ? 'write tls: { mode: "PASSTHROUGH" } without credentialName if the service terminates TLS, or route to a port on which it serves http, http2 or grpc'
      : "route to a port with the protocol http, http2 or grpc, or declare that protocol if the port uses one of them. To route TCP connections, set the host's port, or tls.mode to PASSTHROUGH",
});

export const httpOnly: DefinitionRule = {
  code: "MW204",
  severity: "error",
  title: "Settings of requests are set on HTTP ports only",
  why: [
    "On a TCP port a proxy forwards bytes: it sees no requests, so it can't time out, retry, route or count them.",
    "An HTTP field in an AuthorizationPolicy of a TCP port makes an ALLOW rule match nothing, which denies the connection.",
  ],
  see: pages.protocolSelection,
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { ports: { tcp }, resilience: { timeout: "5s", connectTimeout: "3s" } }),
    right: webAndApi({}, { ports: { tcp }, resilience: { connectTimeout: "3s" } }),
  },
  *check(definition) {
    yield* onServices(definition);
    yield* onReferences(definition);
    yield* onDenials(definition);
  },
};

function* onServices(definition: MeshDefinition): Generator<Report> {
  for (const [name, service] of Object.entries(definition.services)) {
    if (Object.values(service.ports ?? {}).some(({ protocol }) => isHttp(protocol))) continue;
    for (const path of requestFields(service)) {
      yield* report(["services", name, ...path], name, Object.keys(service.ports ?? {}).length > 0);
    }
  }
  for (const [name, { ports, ...service }] of Object.entries(definition.externalServices ?? {})) {
    if (Object.values(ports).some(({ protocol }) => isHttp(protocol))) continue;
    for (const path of requestFields(service)) yield* report(["externalServices", name, ...path], name);
  }
}

function requestFields(service: Omit<ServiceDefinition, "ports">): string[][] {
  const {
    resilience,
    traffic,
    circuitBreaker,
    loadBalancing = {},
    load,
    rateLimit,
    globalRateLimits,
    extAuthz,
  } = service;
  const { consistentHash } = loadBalancing;
  return [
    ...given(resilience, ["timeout", "retries"]).map((field) => ["resilience", field]),
    ...given(traffic, ["weights", "headerRoutes", "mirror", "fault"]).map((field) => ["traffic", field]),
    ...given({ load, rateLimit, globalRateLimits, extAuthz }, [
      "load",
      "rateLimit",
      "globalRateLimits",
      "extAuthz",
    ]).map((field) => [field]),
    ...(consistentHash && !("useSourceIp" in consistentHash) ? [["loadBalancing", "consistentHash"]] : []),
    ...given(circuitBreaker, breakerFields).map((field) => ["circuitBreaker", field]),
  ];
}

function* onReferences(definition: MeshDefinition): Generator<Report> {
  for (const reference of references(definition)) {
    const { callee, call, path } = reference;
    const port = portOf(definition, reference);
    if (!port || isHttp(port.protocol)) continue;
    for (const field of given(call, callFields)) yield* report([...path, field], callee);
    if (typeof call.dryRun === "object") yield* report([...path, "dryRun"], callee);
    if (["gateways", "delegates"].includes(String(path[0])) && !routesConnections(definition, path)) {
      yield {
        path: formatPath([...path, "service"]),
        ...routedToTcp(callee, port.protocol),
      };
    }
  }
}

/** A DENY rule about requests would deny every connection of a TCP port. */
function* onDenials(definition: MeshDefinition): Generator<Report> {
  for (const { service, rule, path } of denials(definition)) {
    const ports = Object.entries(definition.services[service]?.ports ?? {});
    const meant = ports.filter(([name]) => rule.port === undefined || rule.port === name);
    if (ports.length > 0 && meant.length === 0) continue; // MW102 reports a port that is not declared.
    if (meant.some(([, { protocol }]) => isHttp(protocol))) continue;
    for (const field of given(rule, denyRequestFields)) {
      const text = ports.length > 0 ? deniedOverTcp : withoutPorts;
      yield { path: formatPath([...path, field]), ...text(service, field) };
    }
  }
}

/** Whether the host of a gateway's route is declared for connections. */
function routesConnections({ gateways = {} }: MeshDefinition, path: readonly (string | number)[]): boolean {
  const [section, gateway = "", , host = ""] = path;
  if (section !== "gateways") return false;
  const { tls, port } = gateways[gateway]?.hosts[host] ?? {};
  return port !== undefined || tls?.mode === "PASSTHROUGH";
}

function given<Key extends string>(
  value: Partial<Record<Key, unknown>> | undefined,
  fields: readonly Key[],
): Key[] {
  return fields.filter((field) => value?.[field] !== undefined);
}

function* report(path: (string | number)[], service: string, called = true): Generator<Report> {
  const field = String(path.at(-1));
  yield { path: formatPath(path), ...(called ? overTcp : withoutPorts)(service, field) };
}
