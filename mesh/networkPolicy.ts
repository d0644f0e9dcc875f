import type { V1NetworkPolicyEgressRule, V1NetworkPolicyPeer } from "@kubernetes/client-node";
import {
  type Edge,
  egressGateway,
  type ExternalService,
  isBlock,
  isHttp,
  type Labels,
  type Mesh,
  type NetworkPolicies,
  otlpPort,
  owns,
  type Service,
  type Source,
  tracingNamespace,
} from "../catalog";
import { egressPorts } from "./egressGateway";
import { distinct } from "./distinct";
import { metadata, type Manifest } from "./object";

/** The Kubernetes client's own type names the field `_from`. */
interface IngressRule {
  readonly from?: V1NetworkPolicyPeer[];
  readonly ports: Ports;
}
type EgressRule = V1NetworkPolicyEgressRule;
type Ports = { protocol: "TCP" | "UDP"; port: number }[];

/**
 * NetworkPolicies that deny all traffic except what Istio requires and the calls allow. Ports are those of the pods,
 * because a policy applies to packets after the Service's address has been replaced.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicies(mesh: Mesh): Manifest[] {
  const { networkPolicies: settings } = mesh;
  if (!settings) return [];
  const callees = new Map(mesh.services.map((service) => [service.name, service]));
  const external = new Map(mesh.externalServices.map((service) => [service.name, service]));
  return [
    ...mesh.ownNamespaces.flatMap((namespace) => [
      denyAll(mesh, namespace),
      allowIstio(mesh, settings, namespace),
    ]),
    ...mesh.services.map((service) => allowCalls(mesh, settings, service, callees, external)),
  ];
}

const everyPod: Labels = {};

function networkPolicy(
  mesh: Mesh,
  place: { name: string; namespace: string; from: readonly string[] },
  pods: Labels,
  ingress: readonly IngressRule[],
  egress: readonly EgressRule[],
): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(mesh, place),
    spec: {
      podSelector: Object.keys(pods).length === 0 ? {} : { matchLabels: { ...pods } },
      policyTypes: ["Ingress", "Egress"],
      ...(ingress.length > 0 && { ingress }),
      ...(egress.length > 0 && { egress }),
    },
  };
}

function denyAll(mesh: Mesh, namespace: string): Manifest {
  const place = { name: "default-deny", namespace, from: ["networkPolicies"] };
  return networkPolicy(mesh, place, everyPod, [], []);
}

function allowIstio(mesh: Mesh, settings: NetworkPolicies, namespace: string): Manifest {
  const { ingress, egress } = neededByIstio(mesh, settings);
  const place = { name: "allow-istio", namespace, from: ["networkPolicies"] };
  return networkPolicy(mesh, place, everyPod, ingress, egress);
}

/** @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio */
function neededByIstio(
  mesh: Mesh,
  { dnsNamespace, dnsPorts, dnsAddresses, metricsNamespaces }: NetworkPolicies,
): { ingress: IngressRule[]; egress: EgressRule[] } {
  const tracing = mesh.telemetry?.tracing;
  const ingress: IngressRule[] = [
    // Readiness of the proxy. The kubelet's probes, also on 15020, come from the pod's own node, which NetworkPolicies
    // never block.
    { ports: tcp(15021) },
    { from: metricsNamespaces.map((name) => peer(name)), ports: tcp(15020, 15090) },
  ];
  const egress: EgressRule[] = [
    {
      to: [peer(dnsNamespace), ...dnsAddresses.map(ipBlock)],
      ports: [...dnsPorts.map((port) => ({ protocol: "UDP", port })), ...tcp(...dnsPorts)],
    },
    // Configuration and certificates. The API server calls the webhooks on 15017, these pods never do.
    { to: [peer(mesh.rootNamespace, { app: "istiod" })], ports: tcp(15012) },
    // Every proxy may send spans.
    ...(tracing ? [{ to: [peer(tracingNamespace(tracing))], ports: tcp(otlpPort) }] : []),
  ];
  return { ingress, egress };
}

/** In a namespace that the catalog does not own, no other policy allows what Istio requires. */
function allowCalls(
  mesh: Mesh,
  settings: NetworkPolicies,
  { name, namespace, selector, incoming, outgoing, reach, kubernetesApi, path }: Service,
  callees: ReadonlyMap<string, Service>,
  external: ReadonlyMap<string, ExternalService>,
): Manifest {
  const istio = owns(mesh, namespace) ? { ingress: [], egress: [] } : neededByIstio(mesh, settings);
  const ingress = [
    ...istio.ingress,
    ...incoming.map(({ source, port }): IngressRule => ({
      from: [caller(mesh, source)],
      ports: tcp(port.targetPort),
    })),
  ];
  const egress = [
    ...istio.egress,
    ...outgoing.map((edge) => toCallee(edge, callees, external)),
    ...reach.map((one) => ({ to: [peer(one.namespace)], ports: tcp(...one.targetPorts) })),
    // The API server is not a pod, so no label selects it. Behind its Service it usually listens on 6443.
    ...(kubernetesApi ? [{ ports: tcp(443, 6443) }] : []),
  ];
  const from = [path, ...[...incoming, ...outgoing, ...reach].map((one) => one.path)];
  return networkPolicy(mesh, { name, namespace, from }, selector, distinct(ingress), distinct(egress));
}

function caller({ gateways, delegates }: Mesh, source: Source): V1NetworkPolicyPeer {
  const { kind, name, namespace, principal, selector } = source;
  if (kind === "service") return peer(namespace, selector);
  // Admitted callers may have any labels; the AuthorizationPolicy verifies their service account.
  if (kind === "outside") return peer(namespace);
  return peer(
    namespace,
    [...gateways, ...delegates].find((one) => one.name === name && one.source.principal === principal)?.pods
      .selector,
  );
}

function toCallee(
  { callee, port }: Edge,
  callees: ReadonlyMap<string, Service>,
  external: ReadonlyMap<string, ExternalService>,
): EgressRule {
  const service = callees.get(callee);
  if (service) return { to: [peer(service.namespace, service.selector)], ports: tcp(port.targetPort) };
  if (external.get(callee)?.egressGateway) {
    const { release, selector } = egressGateway;
    return { to: [peer(release, selector)], ports: tcp(egressPorts[isHttp(port.protocol) ? "http" : "tls"]) };
  }
  const addresses = external.get(callee)?.addresses ?? [];
  return { to: addresses.length > 0 ? addresses.map(ipBlock) : publicAddresses, ports: tcp(port.targetPort) };
}

function ipBlock(address: string): V1NetworkPolicyPeer {
  if (isBlock(address)) return { ipBlock: { cidr: address } };
  return { ipBlock: { cidr: `${address}/${address.includes(":") ? 128 : 32}` } };
}

/**
 * Public addresses, without clusters and cloud metadata. Azure's metadata address 168.63.129.16 is public, so it is
 * excluded, too.
 */
const publicAddresses: V1NetworkPolicyPeer[] = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
      ],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
];

function peer(namespace: string, pods?: Readonly<Record<string, string>>): V1NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(pods && { podSelector: { matchLabels: { ...pods } } }),
  };
}

function tcp(...ports: number[]): Ports {
  return ports.map((port) => ({ protocol: "TCP", port }));
}
