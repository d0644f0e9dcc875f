/** Whether one service's proxy knows another, and whether the network lets it through; from rendered objects alone. */
import type { MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { namespaceOf } from "./authorization";

type Labels = Readonly<Record<string, string>>;

/** Whether the Sidecar of a service has another one's host. */
export function inScope(
  objects: readonly Manifest[],
  definition: MeshDefinition,
  caller: string,
  callee: string,
): boolean {
  const own = objects.filter(
    ({ kind, spec }) =>
      kind === "Sidecar" &&
      (spec as { workloadSelector: { labels: Labels } }).workloadSelector.labels.app === caller,
  );
  const home = namespaceOf(definition, definition.services[callee] ?? {});
  return own.some(({ spec }) =>
    (spec as { egress: { hosts: string[] }[] }).egress.some(({ hosts }) =>
      hosts.includes(`${home}/${callee}.${home}.svc.cluster.local`),
    ),
  );
}

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: Labels };
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: object;
}

interface NetworkRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

/**
 * Whether the NetworkPolicies of both sides let a connection through.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
 */
export function passes(
  objects: readonly Manifest[],
  definition: MeshDefinition,
  caller: string,
  callee: string,
  port: number,
): boolean {
  const from = podOf(definition, caller);
  const to = podOf(definition, callee);
  return oneSide(objects, from, "egress", to, port) && oneSide(objects, to, "ingress", from, port);
}

interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

function podOf(definition: MeshDefinition, name: string): Pod {
  return { namespace: namespaceOf(definition, definition.services[name] ?? {}), labels: { app: name } };
}

function oneSide(
  objects: readonly Manifest[],
  pod: Pod,
  direction: "ingress" | "egress",
  other: Pod,
  port: number,
): boolean {
  const policies = objects.filter(
    ({ kind, metadata, spec }) =>
      kind === "NetworkPolicy" &&
      metadata.namespace === pod.namespace &&
      covers((spec as { podSelector: { matchLabels?: Labels } }).podSelector.matchLabels, pod.labels),
  );
  if (policies.length === 0) return true;
  return policies.some(({ spec }) =>
    ((spec as Partial<Record<typeof direction, NetworkRule[]>>)[direction] ?? []).some(
      (rule) =>
        (rule.ports?.some((one) => one.port === port) ?? true) &&
        ((direction === "ingress" ? rule.from : rule.to)?.some(
          ({ namespaceSelector, podSelector, ipBlock }) =>
            !ipBlock &&
            covers(namespaceSelector?.matchLabels, { "kubernetes.io/metadata.name": other.namespace }) &&
            covers(podSelector?.matchLabels, other.labels),
        ) ??
          true),
    ),
  );
}

function covers(selector: Labels | undefined, labels: Labels): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}
