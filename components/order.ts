import { hostOf, type Labels } from "../catalog";
import { selects } from "../effect/object";
import type { Manifest } from "../mesh";

/** Identity of an object within a cluster, such as `DestinationRule/shop/cart`. */
export function objectKey({ kind, metadata }: Manifest): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/");
}

interface RouteSpec {
  gateways?: string[];
  http?: { route?: { destination: { host: string } }[]; mirror?: { host: string } }[];
  tcp?: { route?: { destination: { host: string } }[] }[];
  tls?: { route?: { destination: { host: string } }[] }[];
}

const guards = new Set([
  "AuthorizationPolicy",
  "NetworkPolicy",
  "PeerAuthentication",
  "RequestAuthentication",
  "Sidecar",
]);

/**
 * Returns, for each object, the keys of the objects that must exist before it. Pulumi deletes in the reverse order.
 *
 * - An object comes after its namespace.
 * - A VirtualService comes after its Gateways and after the DestinationRules of the hosts that it routes to. So no
 *   route points to a missing subset (make before break). Updates have the same order: a subset may be removed only
 *   after an update that removes its routes.
 * - A workload comes after its service account, the Secrets of its environment, the ConfigMaps that it mounts and the
 *   policies that protect it. So it never runs unprotected.
 */
export function creationOrder(objects: readonly Manifest[]): Map<string, string[]> {
  const present = new Set(objects.map(objectKey));
  const rules = Map.groupBy(
    objects.filter(({ kind }) => kind === "DestinationRule"),
    (rule) => qualified((rule.spec as { host: string }).host, rule.metadata.namespace),
  );
  const guardsByNamespace = Map.groupBy(
    objects.filter(({ kind }) => guards.has(kind)),
    ({ metadata }) => metadata.namespace,
  );

  const before = (object: Manifest): string[] => {
    const { kind, metadata } = object;
    const keys = metadata.namespace === undefined ? [] : [`Namespace/${metadata.namespace}`];
    if (kind === "VirtualService") {
      const spec = object.spec as RouteSpec;
      for (const host of destinations(spec)) {
        for (const rule of rules.get(qualified(host, metadata.namespace)) ?? []) keys.push(objectKey(rule));
      }
      for (const gateway of spec.gateways ?? []) {
        const [home, name] = gateway.includes("/") ? gateway.split("/") : [metadata.namespace, gateway];
        keys.push(`Gateway/${home}/${name}`);
      }
    }
    const pod = podOf(object);
    if (pod) {
      keys.push(`ServiceAccount/${metadata.namespace}/${pod.spec.serviceAccountName}`);
      for (const { valueFrom } of (pod.spec.containers ?? []).flatMap(({ env = [] }) => env)) {
        const secret = valueFrom?.secretKeyRef?.name;
        if (secret !== undefined) keys.push(`Secret/${metadata.namespace}/${secret}`);
      }
      for (const { configMap } of pod.spec.volumes ?? []) {
        if (configMap) keys.push(`ConfigMap/${metadata.namespace}/${configMap.name}`);
      }
      for (const guard of guardsByNamespace.get(metadata.namespace) ?? []) {
        if (selects(selectorOf(guard), pod.metadata.labels)) keys.push(objectKey(guard));
      }
    }
    return [...new Set(keys)].filter((key) => present.has(key));
  };
  return new Map(objects.map((object) => [objectKey(object), before(object)]));
}

/** The pod template of a workload. */
function podOf({ kind, spec }: Manifest): PodTemplate | undefined {
  if (kind === "CronJob") {
    return (spec as { jobTemplate: { spec: { template: PodTemplate } } }).jobTemplate.spec.template;
  }
  const workload = kind === "Deployment" || kind === "StatefulSet" || kind === "Job";
  return workload ? (spec as { template: PodTemplate }).template : undefined;
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: {
    serviceAccountName?: string;
    containers?: { env?: { valueFrom?: { secretKeyRef?: { name?: string } } }[] }[];
    volumes?: { configMap?: { name: string } }[];
  };
}

function destinations({ http = [], tcp = [], tls = [] }: RouteSpec): string[] {
  const routes = [...http, ...tcp, ...tls].flatMap(({ route = [] }) =>
    route.map((to) => to.destination.host),
  );
  return [...routes, ...http.flatMap(({ mirror }) => (mirror === undefined ? [] : [mirror.host]))];
}

/** A short host is relative to the namespace of the object that names it. */
function qualified(host: string, namespace = "default"): string {
  return host.includes(".") ? host : hostOf(host, namespace);
}

function selectorOf({ spec: given }: Manifest): Labels {
  const spec = given as
    | {
        selector?: { matchLabels?: Record<string, string> };
        workloadSelector?: { labels?: Record<string, string> };
        podSelector?: { matchLabels?: Record<string, string> };
      }
    | undefined;
  return (
    spec?.selector?.matchLabels ?? spec?.workloadSelector?.labels ?? spec?.podSelector?.matchLabels ?? {}
  );
}
