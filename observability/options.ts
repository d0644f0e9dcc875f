import type { ToolUrls } from "./dashboards/links";

/** Where the objects that watch a mesh go, and what they refer to. */
export interface ObservabilityOptions {
  /** Namespace of Prometheus and Grafana. */
  readonly namespace: string;
  /** URL below which each alert's page is read, by its name. Default: none, and alerts lead to no page. */
  readonly runbookUrl?: string;
  /** Where a browser finds Kiali and Jaeger. Default: where `meshwright open` puts them. */
  readonly tools?: ToolUrls;
}
