import { type Edge, egressGateway, type ExternalService, isHttp, type Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";
import type { DestinationRuleSpec } from "./types/destinationRule.gen";
import type { GatewaySpec } from "./types/gateway.gen";

/** Ports of the gateway's Service: requests over mutual TLS, and callers' own TLS. */
export const egressPorts = { http: 80, tls: 443 } as const;

/**
 * The gateway through which calls leave the mesh: what it takes, from whom, and how callers reach it. There is none
 * where no external service asks for it.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export function egressGateways(mesh: Mesh): MeshObject[] {
  const external = mesh.externalServices.filter((service) => service.egressGateway);
  if (external.length === 0) return [];
  return [gateway(mesh, external), wayThere(mesh, external), allowed(mesh, external)];
}

function gateway(mesh: Mesh, external: readonly ExternalService[]): MeshObject {
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
      ...(connections.length > 0
        ? [
            {
              port: { number: egressPorts.tls, name: "tls", protocol: "TLS" },
              hosts: connections.map(({ host }) => host),
              tls: { mode: "PASSTHROUGH" as const },
            },
          ]
        : []),
    ],
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(mesh, {
      name: egressGateway.release,
      namespace: mesh.namespace,
      from: external.map(({ path }) => path),
    }),
    spec,
  };
}

/** In the gateway's own namespace, where the callers of every namespace find it. */
function wayThere(mesh: Mesh, external: readonly ExternalService[]): MeshObject {
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
      outlierDetection: {
        consecutive5xxErrors: 0,
        // Errors of its own; with 5xx an external service that fails would have the gateway ejected.
        consecutiveGatewayErrors: 0,
        splitExternalLocalOriginErrors: true,
        consecutiveLocalOriginFailures: 5,
        interval: "10s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
      },
    },
    // The gateway chooses the server and its certificate by the name of the host.
    subsets: split(external).requests.map(({ name, host }) => ({
      name,
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" as const, sni: host } },
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

/** All of its callers' limits together: each external service has its own behind the gateway. */
function sum(
  external: readonly ExternalService[],
  limit: "maxConnections" | "http1MaxPendingRequests" | "http2MaxRequests" | "maxRetries",
): number {
  return external.reduce((total, { circuitBreaker }) => total + circuitBreaker[limit], 0);
}

function allowed(mesh: Mesh, external: readonly ExternalService[]): MeshObject {
  const called = external.filter(({ incoming }) => incoming.length > 0);
  const spec: AuthorizationPolicySpec = {
    selector: { matchLabels: { ...egressGateway.selector } },
    action: "ALLOW",
    rules: called.flatMap((service) => rules(service)),
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

function rules({ host, incoming }: ExternalService): Rule[] {
  const requests = incoming.filter(({ port }) => isHttp(port.protocol));
  if (requests.length > 0) return requests.map((edge) => request(host, edge));
  // Within the caller's own TLS its identity can't be seen, only where it wants to go.
  return [
    {
      to: [{ operation: { ports: [String(egressPorts.tls)] } }],
      when: [{ key: "connection.sni", values: [host] }],
    },
  ];
}

function request(host: string, { source, methods, paths }: Edge): Rule {
  return {
    from: [{ source: { principals: source.principal === undefined ? [] : [source.principal] } }],
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

function split(external: readonly ExternalService[]): Record<"requests" | "connections", ExternalService[]> {
  const takesRequests = ({ ports }: ExternalService): boolean =>
    ports.some(({ protocol }) => isHttp(protocol));
  return {
    requests: external.filter(takesRequests),
    connections: external.filter((service) => !takesRequests(service)),
  };
}
