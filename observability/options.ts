import type { ToolUrls } from "./dashboards/links";

/** Namespace and links of the rendered rules and dashboards. */
export interface ObservabilityOptions {
  /** Namespace of Prometheus and Grafana. */
  readonly namespace: string;
  /** URL of the folder with the alerts' pages. Default: none; alerts have no link. */
  readonly runbookUrl?: string;
  /** URLs of Kiali and Jaeger for a browser. Default: the local ports of `meshwright open`. */
  readonly tools?: ToolUrls;
}
