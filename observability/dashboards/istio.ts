/** One of Istio's own dashboards. */
export interface IstioDashboard {
  readonly title: string;
  /** Its number on grafana.com, where Istio publishes a revision for each release. */
  readonly gnetId: number;
  /** Its file below `manifests/addons/dashboards` in Istio's repository. */
  readonly file: string;
}

/**
 * Istio's own dashboards, which each release contains.
 *
 * @see https://istio.io/latest/docs/ops/integrations/grafana/
 */
export const istioDashboards: Readonly<Record<string, IstioDashboard>> = {
  "istio-mesh": { title: "Istio Mesh Dashboard", gnetId: 7639, file: "istio-mesh-dashboard.gen.json" },
  "istio-service": { title: "Istio Service Dashboard", gnetId: 7636, file: "istio-service-dashboard.json" },
  "istio-workload": {
    title: "Istio Workload Dashboard",
    gnetId: 7630,
    file: "istio-workload-dashboard.json",
  },
  "istio-performance": {
    title: "Istio Performance Dashboard",
    gnetId: 11829,
    file: "istio-performance-dashboard.json",
  },
  "istio-control-plane": {
    title: "Istio Control Plane Dashboard",
    gnetId: 7645,
    file: "pilot-dashboard.gen.json",
  },
  "istio-wasm-extension": {
    title: "Istio Wasm Extension Dashboard",
    gnetId: 13277,
    file: "istio-extension-dashboard.json",
  },
  "istio-ztunnel": { title: "Istio Ztunnel Dashboard", gnetId: 21306, file: "ztunnel-dashboard.gen.json" },
};

/** Folder of the dashboards in Istio's repository. */
const folder = "manifests/addons/dashboards";

/**
 * URLs of Istio's dashboards for Grafana's chart: the files of exactly this release. Their number on grafana.com would
 * need a revision, which only grafana.com has. Use the result for the chart's `dashboards.<provider>`.
 *
 * @param version Exact version of Istio.
 * @param base URL of the files' folder, which has a folder for each version. Default: Istio's repository.
 */
export function istioDashboardUrls(
  version: string,
  base = "https://raw.githubusercontent.com/istio/istio",
): Record<string, { readonly url: string }> {
  return Object.fromEntries(
    Object.entries(istioDashboards).map(([name, { file }]) => [
      name,
      { url: `${base}/${version}/${folder}/${file}` },
    ]),
  );
}
