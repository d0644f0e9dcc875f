import type { MeshDefinition, ProbeDefinition, ServiceDefinition } from "../../../catalog";
import type { Mutant, Mutation } from "./mutation";
import { servicesOf } from "./places";

/** An override of each object of a kind that a catalog renders for its services. */
function* overriding(
  catalog: MeshDefinition,
  kind: string,
  patch: object,
  of: (name: string) => boolean = () => true,
  suffix = "",
): Iterable<Mutant> {
  for (const { name, service } of servicesOf(catalog)) {
    if (!of(name)) continue;
    const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
    const at = ["overrides", kind, `${namespace}/${name}${suffix}`];
    yield { at, changes: [[at, patch]] };
  }
}

/** Services that another one calls with HTTP. */
function isCalled({ services }: MeshDefinition): (name: string) => boolean {
  const callees = new Set(
    Object.entries(services).flatMap(([caller, { calls = {} }]) =>
      Object.keys(calls).filter((callee) => callee !== caller),
    ),
  );
  return (name) =>
    callees.has(name) &&
    Object.values(services[name]?.ports ?? {}).every(({ protocol }) => /^(http|grpc)/.test(protocol));
}

/** An override of a called service's VirtualService by a single route to it. */
function* rerouting(catalog: MeshDefinition, more: object): Iterable<Mutant> {
  for (const { name, service } of servicesOf(catalog).filter((one) => isCalled(catalog)(one.name))) {
    const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
    const at = ["overrides", "VirtualService", `${namespace}/${name}`];
    const destination = { host: `${name}.${namespace}.svc.cluster.local` };
    yield { at, changes: [[at, { spec: { http: [{ ...more, route: [{ destination }] }] } }]] };
  }
}

const calls =
  ({ services }: MeshDefinition) =>
  (name: string): boolean =>
    Object.keys(services[name]?.calls ?? {}).some((callee) => isCalled({ name: "", services })(callee));

const isDeployed =
  ({ services }: MeshDefinition) =>
  (name: string): boolean => {
    const { workload, versions } = services[name] ?? {};
    return (
      workload !== undefined && versions === undefined && (workload.kind ?? "Deployment") === "Deployment"
    );
  };

/** Deployed services that another one calls. */
const isDeployedAndCalled =
  (catalog: MeshDefinition) =>
  (name: string): boolean =>
    isDeployed(catalog)(name) && isCalled(catalog)(name);

/** Whether a probe is a request, and no bare connection. */
function hasRequestProbe({ workload, ports = {} }: Partial<ServiceDefinition> = {}): boolean {
  const isGrpc = Object.values(ports).every(({ protocol }) => protocol === "grpc");
  return Object.values(workload?.probes ?? {}).some(
    (probe?: ProbeDefinition) => probe?.path !== undefined || isGrpc,
  );
}

const template = (more: object): object => ({ spec: { template: more } });

export const overrideEffects: readonly Mutation[] = [
  {
    code: "MW910",
    mistake: "an override that has callers send plaintext",
    mutants: (catalog) =>
      overriding(
        catalog,
        "DestinationRule",
        { spec: { trafficPolicy: { tls: { mode: "DISABLE" }, portLevelSettings: null } } },
        isCalled(catalog),
      ),
  },
  {
    code: "MW911",
    mistake: "an override that allows everything",
    mutants: (catalog) =>
      overriding(catalog, "AuthorizationPolicy", { spec: { rules: [{}] } }, isCalled(catalog)),
  },
  {
    code: "MW912",
    mistake: "an override that allows nothing",
    mutants: (catalog) =>
      overriding(catalog, "AuthorizationPolicy", { spec: { rules: null } }, isCalled(catalog)),
  },
  {
    code: "MW912",
    mistake: "an override that closes the egress of a service that calls an external one",
    mutants: (catalog) =>
      overriding(catalog, "NetworkPolicy", { spec: { egress: null } }, (name) => {
        const external = Object.keys(catalog.externalServices ?? {});
        const callees = Object.keys(catalog.services[name]?.calls ?? {});
        return catalog.networkPolicies !== undefined && callees.some((callee) => external.includes(callee));
      }),
  },
  {
    code: "MW913",
    mistake: "an override that leaves pods without a proxy",
    mutants: (catalog) =>
      overriding(
        catalog,
        "Deployment",
        template({ metadata: { labels: { "sidecar.istio.io/inject": "false" } } }),
        isDeployed(catalog),
      ),
  },
  {
    code: "MW914",
    mistake: "an override that hides the hosts that a service calls",
    mutants: (catalog) =>
      overriding(catalog, "Sidecar", { spec: { egress: [{ hosts: ["nowhere/*"] }] } }, calls(catalog)),
  },
  {
    code: "MW915",
    mistake: "an override that lets a service call every host",
    mutants: (catalog) =>
      overriding(catalog, "Sidecar", { spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } }),
  },
  {
    code: "MW915",
    mistake: "an override that exports an external service to every namespace",
    *mutants({ externalServices = {}, namespace, name: mesh }) {
      for (const name of Object.keys(externalServices)) {
        const at = ["overrides", "ServiceEntry", `${namespace ?? mesh}/${name}`];
        yield { at, changes: [[at, { spec: { exportTo: ["*"] } }]] };
      }
    },
  },
  {
    code: "MW916",
    mistake: "an override of a filter by one whose effect is not known",
    mutants: (catalog) =>
      overriding(
        catalog,
        "EnvoyFilter",
        { spec: { configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "REMOVE" } }] } },
        (name) => catalog.services[name]?.rateLimit !== undefined,
        "-rate-limit",
      ),
  },
  {
    code: "MW917",
    mistake: "an override that gives pods the processes of their node",
    mutants: (catalog) =>
      overriding(catalog, "Deployment", template({ spec: { hostPID: true } }), isDeployed(catalog)),
  },
  {
    code: "MW918",
    mistake: "an override with a selector that selects no pod",
    mutants: (catalog) =>
      overriding(
        catalog,
        "AuthorizationPolicy",
        { spec: { selector: { matchLabels: { app: "none" } } } },
        isCalled(catalog),
      ),
  },
  {
    code: "MW338",
    mistake: "an override with an annotation that Istio does not have",
    mutants: (catalog) =>
      overriding(
        catalog,
        "Deployment",
        template({ metadata: { annotations: { "sidecar.istio.io/proxycpu": "100m" } } }),
        isDeployed(catalog),
      ),
  },
  {
    code: "MW338",
    mistake: "an override by which the kubelet's probes reach the proxy, which denies them",
    mutants: (catalog) =>
      overriding(
        catalog,
        "Deployment",
        template({ metadata: { annotations: { "sidecar.istio.io/rewriteAppHTTPProbers": "false" } } }),
        (name) => isDeployed(catalog)(name) && hasRequestProbe(catalog.services[name]),
      ),
  },
  {
    code: "MW339",
    also: ["MW365", "MW366"],
    mistake: "an override that gives a VirtualService the host of another one",
    *mutants(catalog) {
      const called = servicesOf(catalog).filter(({ name }) => isCalled(catalog)(name));
      for (const [index, { name, service }] of called.entries()) {
        const other = called[index === 0 ? 1 : 0];
        if (!other) continue;
        const [own, next] = [service, other.service].map(
          (one) => one.namespace ?? catalog.namespace ?? catalog.name,
        );
        const at = ["overrides", "VirtualService", `${own}/${name}`];
        const hosts = [`${other.name}.${next}.svc.cluster.local`];
        yield { at, changes: [[at, { spec: { hosts } }]] };
      }
    },
  },
  {
    code: "MW365",
    mistake: "an override that lifts the limit of connections",
    mutants: (catalog) =>
      overriding(
        catalog,
        "DestinationRule",
        {
          spec: {
            trafficPolicy: { connectionPool: { tcp: { maxConnections: 987654 } }, portLevelSettings: null },
          },
        },
        isCalled(catalog),
      ),
  },
  {
    code: "MW365",
    mistake: "an override by which callers prefer the endpoints of their own zone",
    mutants: (catalog) =>
      overriding(
        catalog,
        "DestinationRule",
        {
          spec: {
            trafficPolicy: {
              loadBalancer: { localityLbSetting: { enabled: true, failoverPriority: ["example.com/rack"] } },
              portLevelSettings: null,
            },
          },
        },
        isCalled(catalog),
      ),
  },
  {
    code: "MW366",
    mistake: "an override that sends the requests for a service to another one",
    *mutants(catalog) {
      const called = servicesOf(catalog).filter(({ name }) => isCalled(catalog)(name));
      for (const [index, { name, service }] of called.entries()) {
        const other = called[index === 0 ? 1 : 0];
        const [port] = Object.values(other?.service.ports ?? {});
        if (!other || !port) continue;
        const [own, next] = [service, other.service].map(
          (one) => one.namespace ?? catalog.namespace ?? catalog.name,
        );
        const at = ["overrides", "VirtualService", `${own}/${name}`];
        const destination = { host: `${other.name}.${next}.svc.cluster.local`, port: { number: port.port } };
        yield { at, changes: [[at, { spec: { http: [{ route: [{ destination }] }] } }]] };
      }
    },
  },
  {
    code: "MW368",
    also: ["MW338", "MW365"],
    mistake: "an override that lets pages of every origin read responses",
    mutants: (catalog) => rerouting(catalog, { corsPolicy: { allowOrigins: [{ exact: "*" }] } }),
  },
  {
    code: "MW369",
    mistake: "an override that sets an algorithm of load balancing and session affinity",
    mutants: (catalog) =>
      overriding(
        catalog,
        "DestinationRule",
        {
          spec: {
            trafficPolicy: { loadBalancer: { simple: "RANDOM", consistentHash: { useSourceIp: true } } },
          },
        },
        isCalled(catalog),
      ),
  },
  {
    code: "MW371",
    mistake: "an override that runs no pods of a service that is called",
    mutants: (catalog) =>
      overriding(catalog, "Deployment", { spec: { replicas: 0 } }, isDeployedAndCalled(catalog)),
  },
  {
    code: "MW372",
    mistake: "an override by which a rollout ends all pods at once",
    mutants: (catalog) =>
      overriding(
        catalog,
        "Deployment",
        { spec: { strategy: { type: "Recreate" } } },
        isDeployedAndCalled(catalog),
      ),
  },
  {
    code: "MW373",
    mistake: "an override that kills pods before their calls have ended",
    mutants: (catalog) =>
      overriding(
        catalog,
        "Deployment",
        template({ spec: { terminationGracePeriodSeconds: 8 } }),
        isDeployedAndCalled(catalog),
      ),
  },
  {
    code: "MW376",
    also: ["MW338", "MW373", "MW917"],
    mistake: "an override of a container without what the catalog declares of it",
    *mutants(catalog) {
      for (const { name, service } of servicesOf(catalog).filter((one) => isDeployed(catalog)(one.name))) {
        const { image = "", probes, env, resources } = service.workload ?? {};
        if (!probes && !env && !resources) continue;
        const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
        const at = ["overrides", "Deployment", `${namespace}/${name}`];
        yield { at, changes: [[at, template({ spec: { containers: [{ name, image }] } })]] };
      }
    },
  },
  {
    code: "MW377",
    mistake: "an override that turns off the catalog's access logs",
    *mutants(catalog) {
      const provider = catalog.telemetry?.accessLogging?.provider;
      if (provider === undefined) return;
      const at = ["overrides", "Telemetry", `${catalog.namespace ?? catalog.name}/default`];
      const accessLogging = [{ providers: [{ name: provider }], disabled: true }];
      yield { at, changes: [[at, { spec: { accessLogging } }]] };
    },
  },
  {
    code: "MW917",
    mistake: "an override by which a namespace admits privileged pods",
    *mutants(catalog) {
      const labels = { "pod-security.kubernetes.io/enforce": "privileged" };
      const at = ["overrides", "Namespace", catalog.namespace ?? catalog.name];
      yield { at, changes: [[at, { metadata: { labels } }]] };
    },
  },
  {
    code: "MW919",
    mistake: "an override that verifies tokens by the keys of another issuer",
    *mutants(catalog) {
      const { jwtRules = [] } = catalog;
      const asking = servicesOf(catalog).filter(({ service }) =>
        Object.values(service.calls ?? {})
          .flat()
          .some(({ endUser }) => endUser),
      );
      const [first] = asking;
      if (!first) return;
      const at = [
        "overrides",
        "RequestAuthentication",
        `${first.service.namespace ?? catalog.namespace ?? catalog.name}/default`,
      ];
      const changed = jwtRules.map((rule) => ({
        issuer: rule.issuer,
        jwksUri: "https://keys.example.org/keys",
      }));
      yield { at, changes: [[at, { spec: { jwtRules: changed } }]] };
    },
  },
  {
    code: "MW367",
    mistake: "an override that gives a Service a load balancer of its own",
    mutants: (catalog) =>
      overriding(catalog, "Service", { spec: { type: "LoadBalancer" } }, isDeployed(catalog)),
  },
];
