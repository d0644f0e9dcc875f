import type { CheckedMesh } from "../checks";
import { metadata, type Manifest } from "../mesh/object";
import type * as dashboards from "./dashboards";
import { localToolUrls } from "./dashboards/links";
import type { ObservabilityOptions } from "./options";

/** Label by which Grafana's sidecar finds dashboards: the chart's `sidecar.dashboards.label` and `.labelValue`. */
export const dashboardLabel = { grafana_dashboard: "1" } as const;

/**
 * Annotation with the folder of a dashboard in Grafana: the chart's `sidecar.dashboards.folderAnnotation`, which
 * requires `sidecar.dashboards.provider.foldersFromFilesStructure`.
 */
export const folderAnnotation = "grafana_folder";

/**
 * The platform's dashboards as one ConfigMap each. Grafana's sidecar loads them.
 *
 * @see https://github.com/grafana-community/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards
 */
export function dashboardConfigMaps(
  mesh: CheckedMesh,
  { namespace, tools = localToolUrls, runbookUrl }: ObservabilityOptions,
): Manifest[] {
  // Grafana's builders are 200 files, which only a run that renders dashboards has to wait for.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { renderDashboards } = require("./dashboards") as typeof dashboards;
  const served = runbookUrl !== undefined && { runbooks: runbookUrl.replace(/\/$/, "") };
  return renderDashboards(mesh, { ...tools, ...served }).map((dashboard) => {
    const uid = dashboard.uid ?? "";
    return {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(mesh, {
        name: `dashboard-${uid}`,
        namespace,
        from: ["services"],
        labels: dashboardLabel,
        annotations: { [folderAnnotation]: mesh.name },
      }),
      data: { [`${uid}.json`]: `${JSON.stringify(dashboard, null, 2)}\n` },
    };
  });
}
