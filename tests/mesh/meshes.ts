import fc from "fast-check";
import {
  type CallDefinition,
  type ExternalServiceDefinition,
  type GatewayRouteDefinition,
  isHttp,
  type MeshDefinition,
  type ServiceDefinition,
} from "../../catalog";
import { references } from "../../checks/references";
import { asked, calls, label, limits, over, service } from "./services";

type Services = Readonly<Record<string, ServiceDefinition>>;

// "a-v1" could be a Deployment of the service "a" as well.
const serviceName = label.filter((name) => !name.includes("-v") && name !== "default");

/** Whom each service calls: any of them, itself included, once or in several ways. */
function called(services: Services): fc.Arbitrary<Services> {
  const listed = Object.entries(services);
  const callsOf = (caller: string): fc.Arbitrary<[string, ServiceDefinition]> =>
    fc
      .subarray(listed)
      .chain((callees) =>
        fc
          .tuple(
            ...callees.map(([callee, definition]) =>
              edges(definition).map((edge) => [callee, edge] as const),
            ),
          )
          .map((list) => [caller, { ...services[caller], calls: Object.fromEntries(list) }]),
      );
  return fc.tuple(...listed.map(([caller]) => callsOf(caller))).map((list) => Object.fromEntries(list));
}

/** The proxy of a caller has one timeout and one way of retrying for each port. */
function edges(callee: ServiceDefinition): fc.Arbitrary<CallDefinition | CallDefinition[]> {
  const one = calls(callee);
  const alike = fc.tuple(fc.array(one, { minLength: 1, maxLength: 3 }), limits).map(([list, own]) =>
    list.map((call) => {
      const protocol = callee.ports?.[call.port ?? ""]?.protocol;
      return { ...call, ...(protocol && isHttp(protocol) && own) };
    }),
  );
  return alike.chain((list) => fc.constantFrom<CallDefinition | CallDefinition[]>(list, ...list.slice(0, 1)));
}

/** A mirror of some services to the first other one that could take copies, where they have none. */
function copied(services: Services): fc.Arbitrary<Services> {
  return fc
    .subarray(Object.keys(services))
    .map((chosen) =>
      Object.fromEntries(
        Object.entries(services).map(([name, own]) => [
          name,
          { ...own, ...(chosen.includes(name) && copies(name, own, services)) },
        ]),
      ),
    );
}

function copies(
  name: string,
  { ports = {}, traffic }: ServiceDefinition,
  services: Services,
): Partial<ServiceDefinition> {
  const [taker] = Object.entries(services).find(
    ([other, { ports: taking = {} }]) =>
      other !== name &&
      Object.entries(ports).some(
        ([port, { protocol }]) => isHttp(protocol) && taking[port]?.protocol === protocol,
      ),
  ) ?? [undefined];
  if (taker === undefined || traffic?.mirror) return {};
  return { traffic: { ...traffic, mirror: { service: taker, percentage: 5 } } };
}

const cors = fc.constantFrom(undefined, {
  allowOrigins: ["https://app.example.com"] as const,
  maxAge: "10m" as const,
});

/** Changes of a route's headers. */
const headers = fc.constantFrom(undefined, {
  request: { set: { "x-source": "internet" }, remove: ["x-debug"] },
  response: { add: { "strict-transport-security": "max-age=1" } },
});

/** Lists of addresses of a route's clients. */
const clients = fc.constantFrom({}, { ipBlocks: ["10.0.0.0/8"] }, { notIpBlocks: ["10.1.0.0/16", "::1"] });

/** Routes to any HTTP ports, and a redirect. */
function gateways(services: Services): fc.Arbitrary<MeshDefinition["gateways"]> {
  const targets = Object.entries(services).flatMap(([name, { ports = {}, traffic = {} }]) =>
    Object.entries(ports).flatMap(([port, { protocol }]) =>
      isHttp(protocol)
        ? [{ target: { service: name, port }, protocol, shares: !traffic.headerRoutes && !traffic.mirror }]
        : [],
    ),
  );
  /** A further destination for some routes: a port of another service, to which no other route leads. */
  const shared = (list: typeof targets): Pick<GatewayRouteDefinition, "destinations">[] => {
    const free = new Set(targets.filter((one) => one.shares && !list.includes(one)));
    return list.map((one) => {
      const other = [...free].find(
        ({ target, protocol }) => protocol === one.protocol && target.service !== one.target.service,
      );
      if (!other || !one.shares) return {};
      free.delete(other);
      return { destinations: [{ ...other.target, weight: 10 }] };
    });
  };
  return fc
    .subarray(targets)
    .chain((list) =>
      fc.tuple(
        fc.tuple(
          ...list.map((one, i) =>
            fc
              .tuple(asked, limits, headers, clients, fc.boolean(), fc.boolean())
              .map(([call, own, changed, lists, rewritten, split]) => ({
                ...over(one.protocol, call),
                ...own,
                ...lists,
                ...one.target,
                ...(split && shared(list)[i]),
                prefix: `/r${i}` as const,
                ...(changed && { headers: changed }),
                ...(rewritten && { rewrite: "/" as const }),
              })),
          ),
        ),
        cors,
        fc.boolean(),
      ),
    )
    .map(([routes, own, redirected]) => {
      const redirects = [{ prefix: "/old" as const, uri: "/new" as const }];
      if (routes.length === 0 && !redirected) return undefined;
      return {
        public: {
          hosts: {
            "api.example.com": {
              tls: { credentialName: "api" },
              routes,
              ...(own && { cors: own }),
              ...(redirected && { redirects }),
            },
          },
        },
      };
    });
}

const settings = fc.record(
  {
    namespace: fc.constant("common"),
    revision: fc.constant("canary"),
    trustDomain: fc.constant("example.org"),
    sharedNamespaces: fc.constant(["common"]),
    networkPolicies: fc.constantFrom({}, { metricsNamespaces: ["monitoring"] }),
  },
  { requiredKeys: [] },
);

const telemetry = {
  metrics: { provider: "prometheus", overrides: [{ metric: "REQUEST_SIZE", disabled: true }] },
  tracing: { provider: "jaeger", randomSamplingPercentage: 1 },
  accessLogging: { provider: "envoy" },
} as const;

/** Catalogs of up to five services that call each other in any way. */
const closedMeshes: fc.Arbitrary<MeshDefinition> = fc
  .dictionary(serviceName, service, { minKeys: 1, maxKeys: 5, noNullPrototype: true })
  .chain(copied)
  .chain((services) => fc.tuple(called(services), gateways(services), settings))
  .map(([services, entrances, own]) => ({
    name: "random",
    ...own,
    // Not set without the namespace: a shared namespace is one that is used.
    ...(own.namespace === undefined && { sharedNamespaces: undefined }),
    services,
    telemetry,
    ...(entrances && { gateways: entrances }),
  }));

/** A host outside of the mesh, and a call of it: only at the egress gateway a call's methods and paths mean anything. */
const external = fc
  .record({
    protocol: fc.constantFrom("tls", "http", "tcp", "mongo"),
    addresses: fc.constantFrom(undefined, ["10.20.0.7", "fd00::7"], ["10.20.0.0/24"]),
    egressGateway: fc.boolean(),
    call: asked,
    own: limits,
  })
  .map(({ protocol, addresses, egressGateway: wanted, call: { methods, paths }, own }) => {
    const http = protocol === "http";
    const block = addresses?.[0]?.includes("/") ?? false;
    const egressGateway = wanted && !block;
    const tls = { mode: "SIMPLE" } as const;
    return {
      definition: (host: string, i: number): ExternalServiceDefinition => ({
        host,
        egressGateway,
        ...(addresses && { addresses }),
        ...(protocol === "tls"
          ? { ports: { https: { port: 443, protocol } } }
          : http
            ? {
                ports: { http: { ...(block ? { port: 60_010 } : { port: 80, targetPort: 443 }), protocol } },
                tls,
              }
            : { ports: { data: { port: 60_001 + i, protocol } } }),
      }),
      call: {
        ...(http && own),
        ...(http && egressGateway && methods && { methods }),
        ...(http && egressGateway && paths && { paths }),
      } satisfies CallDefinition,
    };
  });

/** Catalogs of services that call each other and hosts outside of the mesh in any way, without errors. */
export const meshes: fc.Arbitrary<MeshDefinition> = closedMeshes
  .chain((mesh) =>
    fc
      .array(fc.tuple(external, fc.subarray(Object.keys(mesh.services))), { maxLength: 3 })
      .map((list): MeshDefinition => {
        // Longer than the name of any service.
        const named = list.map(([one, callers], i) => ({
          ...one,
          callers,
          name: `host-${i}-${"x".repeat(40)}`,
        }));
        if (named.length === 0) return mesh;
        return {
          ...mesh,
          services: Object.fromEntries(
            Object.entries(mesh.services).map(([name, own]) => {
              const outside = named.filter(({ callers }) => callers.includes(name));
              const more = Object.fromEntries(outside.map(({ name: callee, call }) => [callee, call]));
              return [name, { ...own, calls: { ...own.calls, ...more } }];
            }),
          ),
          externalServices: Object.fromEntries(
            named.map(({ name, definition }, i) => [name, definition(`host-${i}.example.com`, i)]),
          ),
        };
      }),
  )
  .map((mesh) => ({ ...mesh, ...(readsTokens(mesh) && { jwtRules }) }));

function readsTokens(mesh: MeshDefinition): boolean {
  return (
    [...references(mesh)].some(({ call }) => call.endUser) ||
    Object.values(mesh.services).some(({ rateLimit }) => rateLimit?.quota?.claim !== undefined)
  );
}

const jwtRules = [
  { issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks.json" },
  { issuer: "https://accounts.example.com", audiences: ["shop"] },
] as const;
