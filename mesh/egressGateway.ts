import {
  compare,
  type Edge,
  egressGateway,
  type ExternalService,
  isHttp,
  type Mesh,
  nameIn,
  type Port,
  type Source,
} from "../catalog";
import { everyLocality } from "./destinationRule";
import { distinct } from "./distinct";
import { metadata, type Manifest } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";
import type { DestinationRuleSpec } from "./types/destinationRule.gen";
import type { GatewaySpec } from "./types/gateway.gen";

type TrafficPolicy = NonNullable<DestinationRuleSpec["trafficPolicy"]>;

/** Ports of the gateway's Service: HTTP requests and TCP connections, both over mutual TLS. */
export const egressPorts = { http: 80, tls: 443 } as const;

/**
 * The egress gateway: the requests that it accepts, the callers that it allows, and the routes to it. It is rendered
 * only if an external service uses it.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export function egressGateways(mesh: Mesh): Manifest[] {
  const external = mesh.externalServices.filter((service) => service.egressGateway);
  if (external.length === 0) return [];
  return [gateway(mesh, external), wayThere(mesh, external), allowed(mesh, external)];
}

function gateway(mesh: Mesh, external: readonly ExternalService[]): Manifest {
  const { requests, connections } = split(external);
  const spec: GatewaySpec = {
    selector: { ...egressGateway.selector },
    servers: [
      ...(requests.length > 0
        ? [
            {
              port: { number: egressPorts.http, name: "https-from-mesh", protocol: "HTTPS" },
              hosts: requests.map(({ host }) => host),
              tls: { mode: "ISTIO_MUTUAL" as const },
            },
          ]
        : []),
      // One for each, because each of its servers accepts connections to one host.
      ...connections.map(({ name, host }) => ({
        port: { number: egressPorts.tls, name: `tls-${name}`, protocol: "TLS" },
        hosts: [host],
        tls: { mode: "ISTIO_MUTUAL" as const },
      })),
    ],
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(mesh, {
      name: nameIn(mesh, mesh.namespace, egressGateway.release),
      namespace: mesh.namespace,
      from: external.map(({ path }) => path),
    }),
    spec,
  };
}

/**
 * The DestinationRule in the gateway's namespace, which applies to the callers of every namespace. Istio merges the
 * subsets of all DestinationRules for the gateway, but applies the top-level policy of only one of them. Other catalogs
 * may have one as well. So each external service has a subset with its own limits, named after the catalog, and all
 * routes name a subset.
 */
function wayThere(mesh: Mesh, external: readonly ExternalService[]): Manifest {
  const spec: DestinationRuleSpec = {
    host: egressGateway.host,
    trafficPolicy: {
      connectionPool: {
        tcp: { maxConnections: sum(external, "maxConnections") },
        http: {
          http1MaxPendingRequests: sum(external, "http1MaxPendingRequests"),
          http2MaxRequests: sum(external, "http2MaxRequests"),
          maxRetries: sum(external, "maxRetries"),
        },
      },
      loadBalancer: { localityLbSetting: { ...everyLocality } },
      outlierDetection: {
        consecutive5xxErrors: 0,
        // Only gateway errors. With 5xx, a failing external service would eject the gateway.
        consecutiveGatewayErrors: 0,
        splitExternalLocalOriginErrors: true,
        consecutiveLocalOriginFailures: 5,
        interval: "10s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
      },
    },
    subsets: [...external].sort(byName).map((service) => ({
      name: egressSubset(mesh, service),
      trafficPolicy: toGateway(service),
    })),
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: metadata(mesh, {
      name: mesh.name,
      namespace: egressGateway.release,
      from: external.map(({ path }) => path),
    }),
    spec,
  };
}

/** Returns the limits of all external services together. */
function sum(
  external: readonly ExternalService[],
  limit: "maxConnections" | "http1MaxPendingRequests" | "http2MaxRequests" | "maxRetries",
): number {
  return external.reduce((total, { circuitBreaker }) => total + circuitBreaker[limit], 0);
}

/** Returns the subset of the gateway's DestinationRules for an external service. */
export function egressSubset({ name: mesh }: Pick<Mesh, "name">, { name }: ExternalService): string {
  return `${name}-${mesh}`;
}

function toGateway({
  host,
  circuitBreaker: { maxConnections, http1MaxPendingRequests, http2MaxRequests, maxRetries },
}: ExternalService): TrafficPolicy {
  return {
    connectionPool: {
      tcp: { maxConnections },
      http: { http1MaxPendingRequests, http2MaxRequests, maxRetries },
    },
    // The gateway selects its server by SNI. A caller's own TLS is wrapped as well. Without mutual TLS, the gateway could
    // not authenticate the caller: every pod that reaches the gateway could use it, by sending the host's name as SNI.
    tls: { mode: "ISTIO_MUTUAL", sni: host },
  };
}

function allowed(mesh: Mesh, external: readonly ExternalService[]): Manifest {
  const called = external.filter(({ incoming }) => incoming.length > 0);
  const spec: AuthorizationPolicySpec = {
    selector: { matchLabels: { ...egressGateway.selector } },
    action: "ALLOW",
    rules: distinct(called.flatMap((service) => rules(service))),
  };
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(mesh, {
      name: mesh.name,
      namespace: egressGateway.release,
      from:
        called.length > 0
          ? called.flatMap(({ incoming }) => incoming.map(({ path }) => path))
          : ["externalServices"],
    }),
    spec,
  };
}

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];

function rules({ host, incoming, ports }: ExternalService): Rule[] {
  switch (wayOut(ports)) {
    case "requests":
      return incoming.map((edge) => request(host, edge));
    case "connections":
      return incoming.map((edge) => connection(host, edge));
  }
}

function connection(host: string, { source }: Edge): Rule {
  return {
    from: from(source),
    to: [{ operation: { ports: [String(egressPorts.tls)] } }],
    when: [{ key: "connection.sni", values: [host] }],
  };
}

function from({ principal }: Source): NonNullable<Rule["from"]> {
  return [{ source: { principals: principal === undefined ? [] : [principal] } }];
}

function request(host: string, { source, methods, paths }: Edge): Rule {
  return {
    from: from(source),
    to: [
      {
        operation: {
          hosts: [host, `${host}:*`],
          ports: [String(egressPorts.http)],
          ...(methods.length > 0 && { methods: [...methods] }),
          ...(paths.length > 0 && { paths: [...paths] }),
        },
      },
    ],
  };
}

/** Whether the gateway sees a call's HTTP requests, or only its TCP connections, such as those with the caller's own TLS. */
export function wayOut(ports: readonly Port[]): "requests" | "connections" {
  return ports.some(({ protocol }) => isHttp(protocol)) ? "requests" : "connections";
}

function split(external: readonly ExternalService[]): Record<ReturnType<typeof wayOut>, ExternalService[]> {
  const on = (way: ReturnType<typeof wayOut>): ExternalService[] =>
    external.filter(({ ports }) => wayOut(ports) === way);
  return { requests: on("requests"), connections: on("connections") };
}

function byName(a: ExternalService, b: ExternalService): number {
  return compare(a.name, b.name);
}
