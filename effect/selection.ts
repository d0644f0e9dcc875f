import { type Fields, fieldsAt, has, listAt, textAt, textsByName } from "./field";
import { gatewayGroup } from "./gatewayApi/names";
import { type KnownObject, selects } from "./object";
import type { Workload } from "./workload";

type Labels = Readonly<Record<string, string>>;

/** What an object applies to: pods by their labels or, instead, what its target references name. */
export interface Selection {
  /** Empty: every pod of the namespace, or of the mesh, unless there are {@link targets}. */
  readonly labels: Labels;
  /** Empty: the labels decide. */
  readonly targets: readonly Target[];
}

/** A target reference of a policy. Only gateways and waypoints read them. */
export interface Target {
  /** Empty for Kubernetes' core group. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Namespace that it names. Default: the policy's, which is the only one that Istio supports. */
  readonly namespace?: string;
}

/** Where objects of a kind have the labels of the pods that they select, by `<group>/<kind>`. */
const places: ReadonlyMap<string, readonly [...path: string[], labels: string]> = new Map(
  Object.entries({
    "/Service": ["selector"],
    "extensions.istio.io/TrafficExtension": ["selector", "matchLabels"],
    "extensions.istio.io/WasmPlugin": ["selector", "matchLabels"],
    "networking.istio.io/DestinationRule": ["workloadSelector", "matchLabels"],
    "networking.istio.io/EnvoyFilter": ["workloadSelector", "labels"],
    "networking.istio.io/Gateway": ["selector"],
    "networking.istio.io/ProxyConfig": ["selector", "matchLabels"],
    "networking.istio.io/ServiceEntry": ["workloadSelector", "labels"],
    "networking.istio.io/Sidecar": ["workloadSelector", "labels"],
    "networking.k8s.io/NetworkPolicy": ["podSelector", "matchLabels"],
    "policy/PodDisruptionBudget": ["selector", "matchLabels"],
    "security.istio.io/AuthorizationPolicy": ["selector", "matchLabels"],
    "security.istio.io/PeerAuthentication": ["selector", "matchLabels"],
    "security.istio.io/RequestAuthentication": ["selector", "matchLabels"],
    "telemetry.istio.io/Telemetry": ["selector", "matchLabels"],
  }),
);

const selections = new WeakMap<KnownObject, Selection>();

/**
 * Returns what an object applies to. Objects of kinds that select no pods have neither labels nor targets. Conditions of
 * label selectors (`matchExpressions`) are not among the labels.
 *
 * @see https://istio.io/latest/docs/reference/config/type/workload-selector/
 */
export function selectionOf(object: KnownObject): Selection {
  const known = selections.get(object);
  if (known) return known;
  const { group, kind, spec } = object;
  const path = places.get(`${group}/${kind}`);
  const targets = path && group.endsWith(".istio.io") ? targetsOf(spec) : [];
  const labels =
    path && targets.length === 0 ? textsByName(fieldsAt(spec, ...path.slice(0, -1)), path.at(-1) ?? "") : {};
  const selection = { labels, targets };
  selections.set(object, selection);
  return selection;
}

/** The list replaces the single reference, which is its older form. */
function targetsOf(spec: unknown): Target[] {
  const list = listAt(spec, "targetRefs");
  const single = list.length === 0 && has(spec, "targetRef") ? [fieldsAt(spec, "targetRef")] : [];
  return [...list, ...single].map(targetOf);
}

/** Returns the place of a target of an object, such as `spec.targetRefs[0]`. */
export function targetPath({ spec }: KnownObject, index: number): string {
  return listAt(spec, "targetRefs").length > 0 ? `spec.targetRefs[${index}]` : "spec.targetRef";
}

function targetOf(target: Fields): Target {
  const group = textAt(target, "group") ?? "";
  const namespace = textAt(target, "namespace") ?? "";
  return {
    group: group === "core" ? "" : group,
    kind: textAt(target, "kind") ?? "",
    name: textAt(target, "name") ?? "",
    ...(namespace !== "" && { namespace }),
  };
}

/** Whether an object applies to all pods of its namespace, or of the mesh. */
export function isWide(object: KnownObject): boolean {
  const { labels, targets } = selectionOf(object);
  return targets.length === 0 && Object.keys(labels).length === 0;
}

/** Label of the pods that istiod deploys for a Gateway of the Gateway API. */
const gatewayName = `${gatewayGroup}/gateway-name`;

/**
 * Whether an object of a workload's namespace, or of the root namespace, applies to the workload. A target is a Gateway of
 * the Gateway API: other proxies ignore an object with target references altogether.
 */
export function applies(object: KnownObject, { namespace, labels: own }: Workload): boolean {
  const { labels, targets } = selectionOf(object);
  if (targets.length === 0) return selects(labels, own);
  return (
    object.namespace === namespace &&
    targets.some(
      (target) =>
        target.kind === "Gateway" &&
        target.group === gatewayGroup &&
        target.name === own[gatewayName] &&
        (target.namespace ?? namespace) === namespace,
    )
  );
}
