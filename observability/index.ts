import type { CheckedMesh } from "../checks";
import { inOrder, type MeshObject } from "../mesh";
import { dashboardConfigMaps } from "./dashboardConfigMap";
import type { ObservabilityOptions } from "./options";
import { prometheusRules } from "./prometheusRule";

export { dashboardLabel, folderAnnotation } from "./dashboardConfigMap";
export { type IstioDashboard, istioDashboards, istioDashboardUrls } from "./dashboards/istio";
export { localToolUrls, type ToolUrls } from "./dashboards/links";
export type { ObservabilityOptions } from "./options";

const renderers: readonly ((mesh: CheckedMesh, options: ObservabilityOptions) => MeshObject[])[] = [
  dashboardConfigMaps,
  prometheusRules,
];

/**
 * Every Kubernetes object that watches a mesh, as plain data, by kind, namespace and name: recording and alerting
 * rules, and dashboards. The same catalog gives the same objects, byte by byte.
 */
export function renderObservability(mesh: CheckedMesh, options: ObservabilityOptions): MeshObject[] {
  return inOrder(renderers.flatMap((render) => render(mesh, options)));
}
