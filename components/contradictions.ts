import { egressGateway, type Mesh } from "../catalog";
import { gatewayPorts } from "./gatewayPorts";
import { defaultNamespace, type IstioControlPlaneArgs } from "./istioReleases";

/**
 * Returns the contradictions between a control plane's arguments and a catalog that it serves, each with both values.
 * Such a mesh would start, and then return 403, inject no proxy or enforce no limit.
 */
export function contradictions(args: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const { namespace = defaultNamespace, istiod: { meshConfig = {} } = {} } = args;
  const told = (what: string, own: unknown, field: string, catalog: unknown, effect: string): string[] =>
    own === catalog
      ? []
      : [
          `${what} is ${said(own)}, and ${field} of the catalog "${mesh.name}" is ${said(catalog)}: ${effect}. Set both to the same value.`,
        ];
  const gateways = new Map(
    (args.gateways ?? []).map((gateway) => [gateway.name, gateway.namespace ?? gateway.name]),
  );
  const wanted = [
    ...mesh.gateways.map(({ name, pods }) => ({ field: `gateways.${name}.namespace`, ...pods })),
    ...(mesh.externalServices.some((service) => service.egressGateway)
      ? [
          {
            field: "the egress gateway's namespace",
            release: egressGateway.release,
            namespace: egressGateway.release,
          },
        ]
      : []),
  ];
  return [
    ...told(
      "namespace",
      namespace,
      "rootNamespace",
      mesh.rootNamespace,
      "NetworkPolicies and Sidecars select istiod and mesh-wide objects in the catalog's",
    ),
    ...told(
      "istiod.meshConfig.rootNamespace",
      (meshConfig.rootNamespace as unknown) ?? namespace,
      "rootNamespace",
      mesh.rootNamespace,
      "objects in the catalog's do not apply to the whole mesh",
    ),
    ...told(
      "istiod.meshConfig.trustDomain",
      (meshConfig.trustDomain as unknown) ?? "cluster.local",
      "trustDomain",
      mesh.trustDomain,
      "AuthorizationPolicies name identities that no proxy has, and deny every call",
    ),
    ...wanted.flatMap(({ field, release = "", namespace: home }) =>
      gateways.has(release)
        ? told(
            `the namespace of the gateway "${release}"`,
            gateways.get(release),
            field,
            home,
            "AuthorizationPolicies admit an identity that the gateway does not have",
          )
        : [],
    ),
    ...entrances(args, mesh),
    ...clients(args, mesh),
    ...authorizers(args, mesh),
    ...revisions(args, mesh),
    ...versions(args, mesh),
  ];
}

/** Ports that a gateway's Service needs, and load balancers whose `X-Forwarded-Proto` it has to keep. */
function entrances({ gateways = [], istiod }: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const everywhere = topologyOf(istiod);
  return mesh.gateways.flatMap(({ pods, hosts }) => {
    const gateway = gateways.find(({ name }) => name === pods.release);
    if (gateway === undefined) return [];
    const { name, numTrustedProxies = everywhere, values } = gateway;
    const open = new Set(
      (values?.service?.ports ?? gatewayPorts()).map(({ port }: { port: number }) => port),
    );
    return hosts.flatMap(({ port, tls, path }) => [
      ...(open.has(port)
        ? []
        : [
            `values.service.ports of the gateway "${name}" has no port ${port}, and ${path}.port of the catalog "${mesh.name}" is ${port}: ` +
              `no client reaches the host. Add the port.`,
          ]),
      ...(tls.terminatedBy === undefined || (numTrustedProxies ?? 0) > 0
        ? []
        : [
            `numTrustedProxies of the gateway "${name}" is ${said(numTrustedProxies)}, and ${path}.tls.terminatedBy of the catalog "${mesh.name}" is "${tls.terminatedBy}". ` +
              `The gateway then replaces the load balancer's X-Forwarded-Proto with "http", so applications that redirect to HTTPS do so forever. ` +
              `Set numTrustedProxies to the number of proxies in front of the gateway.`,
          ]),
    ]);
  });
}

/** External authorizers that istiod does not have: it denies every request that they should decide. */
function authorizers({ istiod }: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const { extensionProviders = [] } = (istiod?.meshConfig ?? {}) as {
    extensionProviders?: readonly { readonly name?: string }[];
  };
  const known = new Set(extensionProviders.map(({ name }) => name));
  return mesh.extensionProviders
    .filter(({ name }) => !known.has(name))
    .map(
      ({ name, path }) =>
        `istiod.meshConfig.extensionProviders has no "${name}", and ${path} of the catalog "${mesh.name}" declares it: ` +
        `proxies deny every request that it should decide. Add the provider, as istiodFor returns it for this catalog.`,
    );
}

/** Lists of client addresses at gateways that see only the addresses of nodes or load balancers. */
function clients({ gateways = [], istiod }: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const everywhere = topologyOf(istiod);
  return mesh.gateways.flatMap(({ pods, hosts }) => {
    const gateway = gateways.find(({ name }) => name === pods.release);
    const limited = hosts.flatMap(({ routes }) => routes).find((route) => route.edge && route.clients);
    if (gateway === undefined || limited?.edge === undefined) return [];
    const { name, numTrustedProxies = everywhere, proxyProtocol = false, values } = gateway;
    const policy = values?.service?.externalTrafficPolicy;
    if (policy === "Local" || proxyProtocol || (numTrustedProxies ?? 0) > 0) return [];
    return [
      `values.service.externalTrafficPolicy of the gateway "${name}" is ${said(policy)}, and ${limited.edge.path} of the catalog "${mesh.name}" limits clients by their addresses. ` +
        `But the gateway sees the addresses of nodes instead. Set externalTrafficPolicy to "Local", or numTrustedProxies or proxyProtocol if load balancers in front pass the address on.`,
    ];
  });
}

function topologyOf(istiod: IstioControlPlaneArgs["istiod"]): number | undefined {
  const { defaultConfig } = (istiod?.meshConfig ?? {}) as {
    defaultConfig?: { gatewayTopology?: { numTrustedProxies?: number } };
  };
  return defaultConfig?.gatewayTopology?.numTrustedProxies;
}

/** The catalog's namespaces have a revision or a tag, which a control plane must serve. */
function revisions({ revision, revisionTags = [], canary }: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const names = new Set([
    revision ?? "default",
    ...revisionTags,
    ...(canary === undefined ? [] : [canary.revision ?? "default"]),
  ]);
  const carried = mesh.revision ?? "default";
  if (names.has(carried)) return [];
  const known = [...names].map((name) => said(name)).join(", ");
  return [
    `revision and revisionTags are ${known}, and revision of the catalog "${mesh.name}" is ${said(mesh.revision)}: ` +
      `no control plane injects its namespaces. Add "${carried}" to revisionTags, or set the catalog's revision.`,
  ];
}

/** EnvoyFilters apply only to proxies of the catalog's minor versions and the ones before them. */
function versions({ version, canary }: IstioControlPlaneArgs, mesh: Mesh): string[] {
  const filtered =
    mesh.rateLimitService !== undefined || mesh.services.some(({ rateLimit }) => rateLimit !== undefined);
  if (!filtered) return [];
  const known = new Set([mesh.istioVersion, mesh.canaryIstioVersion ?? mesh.istioVersion].map(minorOf));
  return [version, ...(canary === undefined ? [] : [canary.version])]
    .filter((installed) => !known.has(minorOf(installed)))
    .map(
      (installed) =>
        `version is "${installed}", and istioVersion of the catalog "${mesh.name}" is "${mesh.istioVersion}": its rate ` +
        `limits do not apply to these proxies. Set both to the same minor version.`,
    );
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function said(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
