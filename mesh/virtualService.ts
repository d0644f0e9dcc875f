import {
  type Delegate,
  type Edge,
  type Gateway,
  type ExternalService,
  type GatewayHost,
  type GatewayTls,
  type HostRoute,
  isHttp,
  type Mesh,
  nameIn,
  type Port,
  type Service,
} from "../catalog";
import { exportTo } from "./exportTo";
import { externalHosts } from "./externalHosts";
import { throughEgressGateway } from "./externalRoute";
import {
  corsPolicy,
  delegation,
  directResponse,
  gatewayRoutes,
  httpsRedirect,
  redirect,
} from "./gatewayRoutes";
import {
  destinations,
  fromPods,
  type HttpRoute,
  httpRoutes,
  type HttpMatch,
  onePerCaller,
} from "./httpRoute";
import { metadata, type Manifest, objectName, protocolAnnotation } from "./object";
import type { VirtualServiceSpec } from "./types/virtualService.gen";

/**
 * The routes of requests: one VirtualService for each HTTP or gRPC service, for callers in the mesh, and one for each
 * host of a gateway. TCP services have none, because retries and request timeouts don't apply to them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export function virtualServices(mesh: Mesh): Manifest[] {
  const byName = new Map(mesh.services.map((service) => [service.name, service]));
  return [
    ...mesh.services
      .filter(({ ports }) => ports.some(({ protocol }) => isHttp(protocol)))
      .map((service) => insideMesh(mesh, [service])),
    ...externalHosts(mesh).flatMap((services): Manifest[] => {
      const [service] = services;
      if (service.egressGateway) return [outside(mesh, service)];
      const requests = services.some(({ ports }) => ports.some(({ protocol }) => isHttp(protocol)));
      return requests ? [insideMesh(mesh, services)] : [];
    }),
    ...mesh.gateways.flatMap((gateway) =>
      gateway.hosts.map((host) => atGateway(mesh, gateway, host, byName)),
    ),
    ...mesh.delegates.map((delegate) => delegated(mesh, delegate, byName)),
  ];
}

function outside(mesh: Mesh, service: ExternalService): Manifest {
  const { name, namespace, incoming, path } = service;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(mesh, {
      name: nameIn(mesh, namespace, name),
      namespace,
      from: [path, ...incoming.map((edge) => edge.path)],
    }),
    spec: throughEgressGateway(mesh, service),
  };
}

/** @param services of one host: several only of an external host. */
function insideMesh(
  mesh: Mesh,
  services: readonly [Service, ...Service[]] | readonly [ExternalService, ...ExternalService[]],
): Manifest {
  const [service] = services;
  const { namespace, host } = service;
  const all = services.flatMap((one: Service | ExternalService) =>
    one.ports
      .filter(({ protocol }) => isHttp(protocol))
      .map((port) => ({ one, port, own: one.incoming.filter(isOwn) })),
  );
  const ports = all.map(({ port }) => port);
  const external = services.flatMap((one) => ("egressGateway" in one ? [one] : []));
  const spec: VirtualServiceSpec = {
    hosts: [host],
    ...(external.length > 0 && { exportTo: exportTo(...external) }),
    http: all.flatMap(({ one, port, own }) => {
      const onPort: HttpMatch = ports.length > 1 ? { port: port.port } : {};
      const callers = onePerCaller(own.filter((edge) => edge.port.name === port.name));
      return [
        ...callers.flatMap((edge) =>
          httpRoutes({
            name: `from ${edge.source.name}`,
            service: one,
            port,
            match: [{ ...onPort, ...fromPods(edge) }],
            ...(edge.timeout !== undefined && { timeout: edge.timeout }),
            retries: edge.retries,
          }),
        ),
        ...httpRoutes({
          name: port.name,
          service: one,
          port,
          match: ports.length > 1 ? [onPort] : [],
          ...(one.timeout !== undefined && { timeout: one.timeout }),
          retries: one.retries,
        }),
      ];
    }),
    ...connections(service),
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(mesh, {
      name: objectName(mesh, service),
      namespace,
      from: services.flatMap((one) => [one.path, ...one.incoming.filter(isOwn).map((edge) => edge.path)]),
      annotations: grpcOnly(ports),
    }),
    spec,
  };
}

/** Whether a call has limits of its own, which need a route of its own. */
function isOwn({ source, ownTimeout, ownRetries }: Edge): boolean {
  return source.kind === "service" && (ownTimeout || ownRetries);
}

/** The versions' weights apply to connections, too. Without a route, connections go to pods of all versions. */
function connections({ ports, versions, host }: Service): Pick<VirtualServiceSpec, "tcp"> {
  if (versions.length < 2) return {};
  const tcp = ports
    .filter(({ protocol }) => !isHttp(protocol) && protocol !== "tls")
    .map((port) => ({ match: [{ port: port.port }], route: destinations({ host }, port, versions) }));
  return tcp.length > 0 ? { tcp } : {};
}

function atGateway(
  mesh: Mesh,
  gateway: Gateway,
  { name, host, tls, port, traffic, routes, cors, acmeHttp01, path }: GatewayHost,
  services: ReadonlyMap<string, Service>,
): Manifest {
  const spec: VirtualServiceSpec = {
    hosts: [host],
    gateways: [nameIn(mesh, gateway.namespace, gateway.name)],
    ...(traffic === "connections"
      ? connectionRoutes(port, host, tls, routes, services)
      : {
          http: [
            ...(acmeHttp01 ? [httpsRedirect] : []),
            ...routes
              .flatMap((route) => httpRoutesOf(route, services))
              .map((route) => ({ ...route, ...(cors && { corsPolicy: corsPolicy(cors) }) })),
          ],
        }),
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(mesh, {
      name: nameIn(mesh, gateway.namespace, name),
      namespace: gateway.namespace,
      from: [path],
      annotations: grpcOnly(routes.flatMap(portsOf)),
    }),
    spec,
  };
}

/** The routes of a delegate. Without hosts, only a VirtualService that delegates to it has them. */
function delegated(mesh: Mesh, delegate: Delegate, services: ReadonlyMap<string, Service>): Manifest {
  const { name, namespace, exportTo, hosts, path } = delegate;
  const routes = hosts.flatMap((host) => host.routes);
  const spec: VirtualServiceSpec = {
    exportTo: [exportTo],
    http: routes.flatMap((route) => httpRoutesOf(route, services)),
  };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(mesh, {
      name,
      namespace,
      from: [path],
      annotations: grpcOnly(routes.flatMap(portsOf)),
    }),
    spec,
  };
}

function httpRoutesOf(route: HostRoute, services: ReadonlyMap<string, Service>): HttpRoute[] {
  if (route.edge) return gatewayRoutes(route, services);
  if ("delegate" in route) return [delegation(route)];
  return ["status" in route ? directResponse(route) : redirect(route)];
}

function portsOf(route: GatewayHost["routes"][number]): Port[] {
  return route.edge
    ? [route.edge, ...route.destinations.map(({ edge }) => edge)].map(({ port }) => port)
    : [];
}

/** Returns the protocol annotation, if all ports are gRPC. */
function grpcOnly(ports: readonly Port[]): Record<string, string> {
  const grpc = ports.length > 0 && ports.every(({ protocol }) => protocol === "grpc");
  return grpc ? { [protocolAnnotation]: "grpc" } : {};
}

/** Connections whose TLS passes through are matched by SNI; after its end, nothing but the port is left to match. */
function connectionRoutes(
  port: number,
  host: string,
  { mode }: GatewayTls,
  routes: GatewayHost["routes"],
  services: ReadonlyMap<string, Service>,
): Pick<VirtualServiceSpec, "tcp" | "tls"> {
  const route = routes.flatMap(({ edge }) => {
    const service = edge && services.get(edge.callee);
    return service ? destinations(service, edge.port, service.versions) : [];
  });
  return mode === "PASSTHROUGH"
    ? { tls: [{ match: [{ port, sniHosts: [host] }], route }] }
    : { tcp: [{ match: [{ port }], route }] };
}
