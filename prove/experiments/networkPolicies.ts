import {
  type Edge,
  egressGateway,
  type ExternalService,
  isHttp,
  type Mesh,
  type NetworkPolicies,
  otlpPort,
  type Service,
  tracingNamespace,
} from "../../catalog";
import { type Experiment, notProvable, type Outcome, proven, refuted, type Stage } from "../experiment";
import { strangerNamespace, unmeshedNamespace } from "../identities";
import { connectionText, type NetworkConnection, type NetworkEnd } from "../networkEnds";

/** A claim about NetworkPolicies: connections that all of them must allow, or deny. */
interface Claim {
  readonly path: string;
  readonly claim: string;
  readonly expected: "allowed" | "denied";
  readonly connections: readonly NetworkConnection[];
}

/**
 * NetworkPolicies: every call's connections are allowed, those of all others are denied, and what Istio and the API server
 * require is allowed. None for a catalog without NetworkPolicies.
 */
export function networkPolicyExperiments(mesh: Mesh): Experiment[] {
  const { networkPolicies: settings } = mesh;
  if (settings === undefined) return [];
  const claims = mesh.services.flatMap((service) => [
    ...callsTo(mesh, service),
    ...strangersAt(mesh, service),
    ...outsideOf(mesh, service),
    neededByIstio(mesh, settings, service),
    scrapes(settings, service),
    apiServer(service),
  ]);
  return claims
    .filter(({ connections }) => connections.length > 0)
    .map(({ path, claim, ...rest }) => ({
      path,
      claim,
      run: (stage) => Promise.resolve(judge(stage, rest)),
    }));
}

function judge(stage: Stage, { expected, connections }: Pick<Claim, "expected" | "connections">): Outcome {
  let unknown = false;
  for (const connection of connections) {
    const answers = stage.connects(connection);
    if (answers === undefined) return notProvable("requests do not show NetworkPolicies");
    const wrong = answers.find((answer) => answer !== "unknown" && !answer.startsWith(expected));
    if (answers.length === 0 || wrong !== undefined) {
      return refuted(
        connections.length,
        connectionText(connection),
        expected,
        wrong ?? "there is no such pod",
      );
    }
    unknown ||= answers.includes("unknown");
  }
  return unknown
    ? notProvable("an address or an object decides that is not read")
    : proven(connections.length);
}

function serviceEnd({ name }: Pick<Service, "name">): NetworkEnd {
  return { kind: "service", name };
}

function callsTo(mesh: Mesh, service: Service): Claim[] {
  return service.incoming.map((edge) => ({
    path: edge.path,
    claim: `NetworkPolicies allow connections of ${edge.source.name} to ${service.name}:${edge.port.name}`,
    expected: "allowed",
    connections: [{ from: sourceEnd(mesh, edge), to: serviceEnd(service), port: edge.port.targetPort }],
  }));
}

/** Admitted callers may have any labels. */
function sourceEnd({ gateways, delegates }: Mesh, { source }: Edge): NetworkEnd {
  const { kind, name, namespace, principal } = source;
  if (kind === "service") return serviceEnd(source);
  const proxies = [...gateways, ...delegates].find(
    (one) => kind === "gateway" && one.name === name && one.source.principal === principal,
  );
  return { kind: "pod", namespace, labels: { ...proxies?.pods.selector } };
}

/** Services without a call to a port, a pod of another namespace, and one outside of the mesh. */
function strangersAt({ services }: Mesh, service: Service): Claim[] {
  return service.ports.map((port): Claim => {
    const edges = service.incoming.filter((edge) => edge.port.targetPort === port.targetPort);
    const admits = ({ name, namespace, selector }: Service): boolean =>
      edges.some(
        ({ source }) =>
          (source.kind === "service" && source.name === name) ||
          (source.namespace === namespace &&
            Object.entries(source.selector ?? {}).every(([key, value]) => selector[key] === value)),
      );
    const others = services.filter((one) => !admits(one) && one.name !== service.name);
    return {
      path: `${service.path}.ports.${port.name}`,
      claim: `NetworkPolicies deny every connection to ${service.name}:${port.name} without a call`,
      expected: "denied",
      connections: [
        ...others.map(serviceEnd),
        ...[strangerNamespace, unmeshedNamespace].map((namespace): NetworkEnd => ({
          kind: "pod",
          namespace,
          labels: {},
        })),
      ].map((from) => ({ from, to: serviceEnd(service), port: port.targetPort })),
    };
  });
}

/** The hosts outside of the mesh, or the egress gateway before them, and what else a pod reaches. */
function outsideOf({ externalServices }: Mesh, service: Service): Claim[] {
  const from = serviceEnd(service);
  const calls = service.outgoing.flatMap((edge): Claim[] => {
    const external = externalServices.find(({ name }) => name === edge.callee);
    if (external === undefined) return [];
    return [
      {
        path: edge.path,
        claim: `NetworkPolicies allow connections of ${service.name} to ${external.name}:${edge.port.name}`,
        expected: "allowed",
        connections: [{ from, ...hostEnd(external, edge) }],
      },
    ];
  });
  const reached = service.reach.map(({ path, namespace, targetPorts }): Claim => ({
    path,
    claim: `NetworkPolicies allow connections of ${service.name} to the pods in ${namespace} that it reaches`,
    expected: "allowed",
    connections: targetPorts.map((port) => ({ from, to: { kind: "pod", namespace, labels: {} }, port })),
  }));
  return [
    ...calls,
    ...reached,
    {
      path: `${service.path}.calls`,
      claim: `NetworkPolicies deny connections of ${service.name} to ports that it does not call`,
      expected: "denied",
      connections: [
        { from, to: { kind: "outside", addresses: [] }, port: undeclaredPort },
        { from, to: { kind: "pod", namespace: strangerNamespace, labels: {} }, port: undeclaredPort },
      ],
    },
  ];
}

/** The discard protocol's, which no catalog names. */
const undeclaredPort = 9;

function hostEnd(
  { addresses, egressGateway: through }: ExternalService,
  { port }: Edge,
): Pick<NetworkConnection, "to" | "port"> {
  if (!through) return { to: { kind: "outside", addresses }, port: port.targetPort };
  const { release: namespace, selector } = egressGateway;
  // Pods of Istio's gateway chart listen on the ports of their Service.
  return { to: { kind: "pod", namespace, labels: selector }, port: isHttp(port.protocol) ? 80 : 443 };
}

/** Name resolution, istiod, and the spans that every proxy may send. */
function neededByIstio(mesh: Mesh, settings: NetworkPolicies, service: Service): Claim {
  const { dnsNamespace, dnsPorts, dnsAddresses } = settings;
  const from = serviceEnd(service);
  const servers: ToOthers[] = [
    { to: { kind: "pod", namespace: dnsNamespace, labels: {} }, without: dnsNamespace },
    ...dnsAddresses.map((address): ToOthers => ({ to: { kind: "outside", addresses: [address] } })),
  ];
  const tracing = mesh.telemetry?.tracing;
  const spans = tracing && tracingNamespace(tracing);
  return {
    path: "networkPolicies",
    claim: `NetworkPolicies allow the pods of ${service.name} what Istio requires`,
    expected: "allowed",
    connections: [
      ...servers.flatMap((server) =>
        dnsPorts.flatMap((port) => [
          { from, ...server, port },
          { from, ...server, port, protocol: "UDP" as const },
        ]),
      ),
      {
        from,
        to: { kind: "pod" as const, namespace: mesh.rootNamespace, labels: { app: "istiod" } },
        without: mesh.rootNamespace,
        port: 15012,
      },
      ...(spans === undefined
        ? []
        : [
            {
              from,
              to: { kind: "pod" as const, namespace: spans, labels: {} },
              without: spans,
              port: otlpPort,
            },
          ]),
    ].filter(({ without }) => without !== service.namespace),
  };
}

type ToOthers = Pick<NetworkConnection, "to" | "without">;

function scrapes({ metricsNamespaces }: NetworkPolicies, service: Service): Claim {
  return {
    path: "networkPolicies.metricsNamespaces",
    claim: `NetworkPolicies allow metrics of ${service.name} to be scraped`,
    expected: "allowed",
    connections: metricsNamespaces
      .filter((namespace) => namespace !== service.namespace)
      .flatMap((namespace) =>
        [15020, 15090].map((port) => ({
          from: { kind: "pod" as const, namespace, labels: {} },
          to: serviceEnd(service),
          port,
          without: namespace,
        })),
      ),
  };
}

/** Behind its Service, the API server listens on 6443. */
function apiServer(service: Service): Claim {
  return {
    path: `${service.path}.kubernetesApi`,
    claim: `NetworkPolicies ${service.kubernetesApi ? "allow" : "deny"} connections of ${service.name} to the Kubernetes API`,
    expected: service.kubernetesApi ? "allowed" : "denied",
    connections: [
      { from: serviceEnd(service), to: { kind: "outside", addresses: ["192.168.0.1"] }, port: 6443 },
    ],
  };
}
