import { gatewaysAs } from "./gatewayApi/gateways";
import type { Model } from "./model";
import type { KnownObject } from "./object";
import type { Workload } from "./workload";

const modeLabel = "istio.io/dataplane-mode";
/** Label by which Namespaces, Services and pods name their waypoint. */
export const waypointLabel = "istio.io/use-waypoint";

/**
 * Returns what puts a workload's pods into ambient mode: their own labels or those of the Namespace. Pods with a proxy are
 * not in ambient mode, whatever the label is.
 *
 * @see https://istio.io/latest/docs/ambient/usage/add-workloads/
 */
export function ambientBy(model: Model, { labels, namespace }: Workload): "pods" | "namespace" | undefined {
  if (labels[modeLabel] !== undefined) return labels[modeLabel] === "ambient" ? "pods" : undefined;
  return model.namespaces.get(namespace)?.labels[modeLabel] === "ambient" ? "namespace" : undefined;
}

/** Whether ztunnel handles the connections of a workload's pods. */
export function isAmbient(model: Model, workload: Workload): boolean {
  return workload.proxy === "none" && ambientBy(model, workload) !== undefined;
}

/**
 * Returns the waypoint that the labels of a Service, a ServiceEntry or pods name, or else those of their Namespace, as
 * `<namespace>/<name>`. Undefined if they name none.
 *
 * @see https://istio.io/latest/docs/ambient/usage/waypoint/
 */
export function waypointOf(
  model: Model,
  { labels, namespace }: Pick<KnownObject, "labels" | "namespace">,
): string | undefined {
  const of = labels[waypointLabel] === undefined ? (model.namespaces.get(namespace)?.labels ?? {}) : labels;
  const name = of[waypointLabel];
  if (name === undefined || name === "" || name === "none") return undefined;
  return `${of[`${waypointLabel}-namespace`] ?? namespace}/${name}`;
}

/** Whether a waypoint, as `<namespace>/<name>`, exists. */
export function hasWaypoint(model: Model, waypoint: string): boolean {
  return gatewaysAs(model, "waypoint").some(({ namespace, name }) => `${namespace}/${name}` === waypoint);
}
