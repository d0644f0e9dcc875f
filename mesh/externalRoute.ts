import { egressGateway, type ExternalService, type Mesh, nameIn, noRetries, type Port } from "../catalog";
import { egressPorts, egressSubset, wayOut } from "./egressGateway";
import { exportTo } from "./exportTo";
import { fromPods, httpRoutes, type HttpMatch, type HttpRoute, onePerCaller } from "./httpRoute";
import type { VirtualServiceSpec } from "./types/virtualService.gen";

/**
 * The call path through the egress gateway: from the callers' proxies to the gateway, with the calls' limits, and from
 * there to the host.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export function throughEgressGateway(mesh: Mesh, service: ExternalService): VirtualServiceSpec {
  const atGateway = `${mesh.namespace}/${nameIn(mesh, mesh.namespace, egressGateway.release)}`;
  const [port] = service.ports;
  if (!port) throw new Error(`${service.path} has no port`);
  return {
    hosts: [service.host],
    exportTo: exportTo(service),
    gateways: ["mesh", atGateway],
    ...routes(mesh, service, port, atGateway),
  };
}

function routes(
  mesh: Mesh,
  service: ExternalService,
  port: Port,
  atGateway: string,
): Pick<VirtualServiceSpec, "http" | "tcp" | "tls"> {
  switch (wayOut(service.ports)) {
    case "requests":
      return { http: [...toGateway(mesh, service, port), toHost(service, port, atGateway)] };
    case "connections":
      return connections(mesh, service, port, atGateway);
  }
}

function toGateway(mesh: Mesh, service: ExternalService, port: Port): HttpRoute[] {
  // The gateway instead of the service: its host and port, and the service's subset.
  const gateway = {
    service: {
      ...service,
      host: egressGateway.host,
      versions: [{ name: egressSubset(mesh, service), weight: 100 }],
    },
    port: { ...port, port: egressPorts.http },
  };
  const match: HttpMatch = { gateways: ["mesh"], port: port.port };
  const own = service.incoming.filter(({ ownTimeout, ownRetries }) => ownTimeout || ownRetries);
  return [
    ...onePerCaller(own).flatMap((edge) =>
      httpRoutes({
        ...gateway,
        name: `from ${edge.source.name}`,
        match: [{ ...match, ...fromPods(edge) }],
        ...(edge.timeout !== undefined && { timeout: edge.timeout }),
        retries: edge.retries,
      }),
    ),
    ...httpRoutes({
      ...gateway,
      name: port.name,
      match: [match],
      ...(service.timeout !== undefined && { timeout: service.timeout }),
      retries: service.retries,
    }),
  ];
}

/** Without retries, because the callers' proxies have retried already. */
function toHost(service: ExternalService, port: Port, atGateway: string): HttpRoute {
  const [route] = httpRoutes({
    name: "at the gateway",
    service,
    port,
    match: [{ gateways: [atGateway], port: egressPorts.http }],
    ...(service.timeout !== undefined && { timeout: service.timeout }),
    retries: noRetries,
  });
  if (!route) throw new Error(`${service.path} has no route`);
  return route;
}

/**
 * Over mutual TLS with the host as SNI. A proxy matches connections with the caller's own TLS by their SNI, because it
 * routes a TLS port by SNI only. At the gateway, mutual TLS is already removed, and the bytes inside are forwarded as
 * TCP.
 */
function connections(
  mesh: Mesh,
  service: ExternalService,
  port: Port,
  atGateway: string,
): Pick<VirtualServiceSpec, "tcp" | "tls"> {
  const { host } = service;
  const match = { gateways: ["mesh"], port: port.port };
  const route = [{ destination: tlsAtGateway(mesh, service) }];
  const toHost = {
    match: [{ gateways: [atGateway], port: egressPorts.tls }],
    route: [{ destination: { host, port: { number: port.port } } }],
  };
  return port.protocol === "tls"
    ? { tls: [{ match: [{ ...match, sniHosts: [host] }], route }], tcp: [toHost] }
    : { tcp: [{ match: [match], route }, toHost] };
}

function tlsAtGateway(mesh: Mesh, service: ExternalService) {
  return {
    host: egressGateway.host,
    port: { number: egressPorts.tls },
    subset: egressSubset(mesh, service),
  };
}
