import type { CheckedMesh } from "../checks";
import { inOrder, type Manifest } from "../mesh";
import { dashboardConfigMaps } from "./dashboardConfigMap";
import { monitors } from "./monitors";
import type { ObservabilityOptions } from "./options";
import { prometheusRules } from "./prometheusRule";

export {
  addOnsCatalog,
  type AddOnsOptions,
  type Exposure,
  releaseNamespace,
  renderAddOns,
  usesCollector,
} from "./addOns";
export { type Alertmanager, callersPort, parseAlertmanager } from "./alertmanagers";
export { dashboardLabel, folderAnnotation } from "./dashboardConfigMap";
export { type IstioDashboard, istioDashboards, istioDashboardUrls } from "./dashboards/istio";
export { localToolUrls, type ToolUrls } from "./dashboards/links";
export { statsMatchers } from "./metrics";
export type { ObservabilityOptions } from "./options";
export { collectorService, stackName, type Tool, tools, toolUrl } from "./tools";

const renderers: readonly ((mesh: CheckedMesh, options: ObservabilityOptions) => Manifest[])[] = [
  dashboardConfigMaps,
  monitors,
  prometheusRules,
];

/**
 * Returns the recording rules, alert rules and dashboards of a mesh, as plain data, sorted by kind, namespace and name.
 * The same catalog gives the same objects, byte by byte.
 */
export function renderObservability(mesh: CheckedMesh, options: ObservabilityOptions): Manifest[] {
  return inOrder(renderers.flatMap((render) => render(mesh, options)));
}
