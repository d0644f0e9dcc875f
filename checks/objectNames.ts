import {
  egressGateway,
  gatewayProxies,
  fewestPods,
  isHttp,
  type Mesh,
  nameIn,
  owns,
  runsOnce,
  workloadKinds,
} from "../catalog";

/**
 * The names of all objects that a mesh is rendered to, by kind, each with its namespace in front where it has one. The
 * renderers, which lie downstream, are held against this by a test.
 */
export function objectNames(mesh: Mesh): ReadonlyMap<string, readonly string[]> {
  const { services, externalServices, gateways, ownNamespaces, rateLimitService: counter } = mesh;
  const inEach = (name: string): string[] => ownNamespaces.map((namespace) => `${namespace}/${name}`);
  const full = ({ namespace, name }: { namespace: string; name: string }, more = ""): string =>
    `${namespace}/${name}${more}`;
  const named = ({ namespace, name }: { namespace: string; name: string }): string =>
    `${namespace}/${nameIn(mesh, namespace, name)}`;
  const shares = ({ namespace }: { namespace: string }): boolean => !owns(mesh, namespace);
  const workloads = services.flatMap(({ namespace, workloads: own }) =>
    own.map((workload) => ({ namespace, ...workload })),
  );
  const headless = services.flatMap(({ namespace, ports, headless: own }) =>
    own && ports.length > 0 ? [`${namespace}/${own.name}`] : [],
  );
  const callable = services.filter(({ ports }) => ports.length > 0);
  const leaves = externalServices.some((service) => service.egressGateway);
  const atEgress = leaves ? [`${egressGateway.release}/${mesh.name}`] : [];
  const takesRequests = ({ ports }: Pick<Mesh["services"][number], "ports">): boolean =>
    ports.some(({ protocol }) => isHttp(protocol));
  const asking = services.filter(({ incoming }) => incoming.some(({ endUser }) => endUser));

  return new Map(
    Object.entries({
      AuthorizationPolicy: [
        ...inEach("default-deny"),
        ...services.filter((one) => one.incoming.length > 0 || shares(one)).map((one) => full(one)),
        ...atEgress,
      ],
      ConfigMap: counter ? [`${counter.namespace}/${counter.service}-quotas`] : [],
      ...Object.fromEntries(
        workloadKinds.map((kind) => [
          kind,
          workloads.filter((one) => one.kind === kind).map((one) => full(one)),
        ]),
      ),
      DestinationRule: [
        ...callable.map((one) => full(one)),
        ...headless,
        ...externalServices.map(named),
        ...atEgress,
      ],
      EnvoyFilter: services.flatMap((one) => [
        ...(one.rateLimit ? [full(one, "-rate-limit")] : []),
        ...(counter && one.globalRateLimits.length > 0 ? [full(one, "-global-rate-limit")] : []),
      ]),
      Gateway: [
        ...gateways.map(named),
        ...(leaves ? [named({ namespace: mesh.namespace, name: egressGateway.release })] : []),
      ],
      HorizontalPodAutoscaler: workloads.filter(({ autoscaling }) => autoscaling).map((one) => full(one)),
      Namespace: [...ownNamespaces],
      NetworkPolicy: mesh.networkPolicies
        ? [...inEach("default-deny"), ...inEach("allow-istio"), ...services.map((one) => full(one))]
        : [],
      PeerAuthentication: [
        ...inEach("default"),
        ...services.filter((one) => one.mtls ?? shares(one)).map((one) => full(one)),
      ],
      PodDisruptionBudget: workloads
        .filter((one) => !runsOnce(one) && fewestPods(one) > 1)
        .map((one) => full(one)),
      RequestAuthentication:
        mesh.jwtRules.length > 0
          ? [...new Set(asking.map((one) => (shares(one) ? full(one) : `${one.namespace}/default`)))]
          : [],
      Service: [...services.filter(({ service }) => service !== "none").map((one) => full(one)), ...headless],
      ServiceAccount: [
        ...new Set(
          services
            .filter(({ serviceAccount }) => serviceAccount.create)
            .map(({ namespace, serviceAccount: { name } }) => `${namespace}/${name}`),
        ),
      ],
      ServiceEntry: externalServices.map(named),
      Sidecar: services.map((one) => full(one)),
      Telemetry: [
        ...(mesh.telemetry ? inEach("default") : []),
        ...services.filter((one) => one.telemetry ?? (mesh.telemetry && shares(one))).map((one) => full(one)),
        ...(mesh.telemetry?.gateways ? gatewayProxies(mesh).map((one) => full(one)) : []),
      ],
      VirtualService: [
        ...services.filter(takesRequests).map((one) => full(one)),
        ...externalServices.filter((one) => one.egressGateway || takesRequests(one)).map(named),
        ...gateways.flatMap(({ namespace, hosts }) => hosts.map(({ name }) => named({ namespace, name }))),
      ],
    }),
  );
}
