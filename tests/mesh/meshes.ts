import fc from "fast-check";
import {
  type CallDefinition,
  type ExternalServiceDefinition,
  httpMethods,
  isHttp,
  loadBalancers,
  type MeshDefinition,
  protocols,
  type ServiceDefinition,
} from "../../catalog";

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
const path = fc.stringMatching(/^\/[a-z]{0,5}$/).map((text) => text as `/${string}`);
const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });

const http = fc.record(
  {
    methods: some(httpMethods),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 3 }),
    endUser: fc.record({ claims: fc.record({ roles: fc.constant(["admin"]) }) }, { requiredKeys: [] }),
    timeout: fc.constantFrom("1s", "2s"),
  },
  { requiredKeys: [] },
);

const ports = fc
  .uniqueArray(
    // Below the ports of external hosts.
    fc.record({ port: fc.integer({ min: 1, max: 60_000 }), protocol: fc.constantFrom(...protocols) }),
    {
      minLength: 1,
      maxLength: 3,
      selector: ({ port }) => port,
    },
  )
  .map((list) => Object.fromEntries(list.map((port, i) => [`port-${i}`, port])));

/** A service without its calls, which need to know the others. */
const service: fc.Arbitrary<ServiceDefinition> = fc
  .record({
    ports,
    namespace: fc.option(fc.constantFrom("one", "two"), { nil: undefined }),
    versions: fc.option(
      fc.uniqueArray(
        label.map((name) => `v${name}`),
        { minLength: 1, maxLength: 3 },
      ),
      { nil: undefined },
    ),
    simple: fc.constantFrom(...loadBalancers),
    image: fc.option(fc.constant("image:1"), { nil: undefined }),
    retries: fc.boolean(),
    headers: fc.option(
      fc.dictionary(fc.constantFrom("x-canary", "x-user-group"), label, {
        minKeys: 1,
        noNullPrototype: true,
      }),
      { nil: undefined },
    ),
    mirrored: fc.boolean(),
    admitted: fc.option(fc.constantFrom({}, { serviceAccount: "prometheus" }), { nil: undefined }),
    strict: fc.boolean(),
  })
  .map(
    ({
      ports: declared,
      namespace,
      versions,
      simple,
      image,
      retries,
      headers,
      mirrored,
      admitted,
      strict,
    }): ServiceDefinition => {
      const last = versions?.at(-1) ?? "";
      const requests = Object.values(declared).some(({ protocol }) => isHttp(protocol));
      return {
        ports: declared,
        ...(namespace !== undefined && { namespace }),
        ...(versions && { versions: Object.fromEntries(versions.map((version) => [version, {}])) }),
        ...(versions &&
          requests && {
            traffic: {
              weights: Object.fromEntries(versions.map((version, i) => [version, i === 0 ? 100 : 0])),
              ...(headers && { headerRoutes: [{ headers, version: last }] }),
              ...(mirrored && versions.length > 1 && { mirror: { version: last, percentage: 5 } }),
            },
          }),
        ...(requests &&
          retries && {
            resilience: { retries: { attempts: 2, retryOn: ["gateway-error", "connect-failure"] } },
          }),
        loadBalancing: { simple },
        ...(admitted && {
          admit: {
            prometheus: { namespace: "monitoring", port: Object.keys(declared)[0] ?? "", ...admitted },
          },
        }),
        ...(strict && { mtls: {} }),
        ...(image !== undefined && { workload: { image } }),
      };
    },
  );

function calls(callee: ServiceDefinition): fc.Arbitrary<CallDefinition> {
  const one = fc.constantFrom(...Object.entries(callee.ports)).chain(([port, { protocol }]) => {
    const named = fc.constant({ port });
    return isHttp(protocol) ? fc.tuple(named, http).map(([a, b]) => ({ ...a, ...b })) : named;
  });
  return one;
}

/** A mirror of a service to the first other one that could take copies, if it hasn't got one. */
function copies(
  name: string,
  services: Readonly<Record<string, ServiceDefinition>>,
): Partial<ServiceDefinition> {
  const { ports: own = {}, traffic = {} } = services[name] ?? {};
  const [taker] = Object.entries(services).find(([other, { ports: taking }]) => {
    const shared = Object.entries(own).filter(([port, { protocol }]) => taking[port]?.protocol === protocol);
    return other !== name && shared.some(([, { protocol }]) => isHttp(protocol));
  }) ?? [undefined];
  if (taker === undefined || traffic.mirror) return {};
  return { traffic: { ...traffic, mirror: { service: taker, percentage: 5 } } };
}

/** Catalogs of up to six services that call each other in any way. */
const closedMeshes: fc.Arbitrary<MeshDefinition> = fc
  // "a-v1" could be a Deployment of the service "a" as well.
  .dictionary(
    label.filter((name) => !name.includes("-v")),
    service,
    { minKeys: 1, maxKeys: 6, noNullPrototype: true },
  )
  .chain((services) => {
    const edges = fc.tuple(
      ...Object.entries(services).map(([caller, own]) =>
        fc.tuple(
          fc.constant(caller),
          fc.constant(own),
          fc
            .subarray(Object.entries(services))
            .chain((callees) =>
              fc.tuple(
                ...callees.map(([callee, definition]) =>
                  fc.tuple(
                    fc.constant(callee),
                    fc.oneof(calls(definition), fc.array(calls(definition), { minLength: 1, maxLength: 2 })),
                  ),
                ),
              ),
            ),
        ),
      ),
    );
    const routed = Object.entries(services).flatMap(([name, { ports: declared }]) =>
      Object.entries(declared).flatMap(([port, { protocol }]) => (isHttp(protocol) ? [{ name, port }] : [])),
    );
    const routes = fc
      .subarray(routed)
      .chain((list) =>
        fc.tuple(
          ...list.map(({ name, port }, i) =>
            http.map((call) => ({ ...call, prefix: `/r${i}` as const, service: name, port })),
          ),
        ),
      );
    return fc.tuple(edges, routes, fc.boolean()).map(([lists, targets, copied]): MeshDefinition => ({
      name: "random",
      jwtRules: [{ issuer: "https://auth.example.com" }],
      services: Object.fromEntries(
        lists.map(([caller, definition, list]) => [
          caller,
          { ...definition, ...(copied && copies(caller, services)), calls: Object.fromEntries(list) },
        ]),
      ),
      ...(targets.length > 0 && {
        gateways: {
          public: { hosts: { "api.example.com": { tls: { credentialName: "api" }, routes: targets } } },
        },
      }),
    }));
  });

/** A host outside of the mesh, and a call of it: only at the egress gateway a call's methods and paths mean anything. */
const external = fc
  .record({
    protocol: fc.constantFrom("tls", "http", "tcp", "mongo"),
    addresses: fc.constantFrom(undefined, ["10.20.0.7", "fd00::7"], ["10.20.0.0/24"]),
    egressGateway: fc.boolean(),
    call: http,
  })
  .map(({ protocol, addresses, egressGateway: asked, call: { methods, paths, timeout } }) => {
    const requests = protocol === "http";
    const block = addresses?.[0]?.includes("/") ?? false;
    const egressGateway = asked && !block;
    const tls = { mode: "SIMPLE" } as const;
    return {
      definition: (host: string, i: number): ExternalServiceDefinition => ({
        host,
        egressGateway,
        ...(addresses && { addresses }),
        ...(protocol === "tls"
          ? { ports: { https: { port: 443, protocol } } }
          : requests
            ? { ports: { http: { port: 80, ...(!block && { targetPort: 443 }), protocol } }, tls }
            : { ports: { data: { port: 60_001 + i, protocol } } }),
      }),
      call: {
        ...(requests && timeout !== undefined && { timeout }),
        ...(requests && egressGateway && methods && { methods }),
        ...(requests && egressGateway && paths && { paths }),
      } satisfies CallDefinition,
    };
  });

/** Catalogs of services that call each other and hosts outside of the mesh in any way, without findings. */
export const meshes: fc.Arbitrary<MeshDefinition> = closedMeshes.chain((mesh) =>
  fc
    .array(fc.tuple(external, fc.subarray(Object.keys(mesh.services))), { maxLength: 3 })
    .map((list): MeshDefinition => {
      // Longer than the name of any service.
      const named = list.map(([one, callers], i) => ({ ...one, callers, name: `external-host-${i}` }));
      if (named.length === 0) return mesh;
      return {
        ...mesh,
        services: Object.fromEntries(
          Object.entries(mesh.services).map(([name, service]) => {
            const own = named.filter(({ callers }) => callers.includes(name));
            const calls = Object.fromEntries(own.map(({ name: callee, call }) => [callee, call]));
            return [name, { ...service, calls: { ...service.calls, ...calls } }];
          }),
        ),
        externalServices: Object.fromEntries(
          named.map(({ name, definition }, i) => [name, definition(`${name}.example.com`, i)]),
        ),
      };
    }),
);
