import type { ToolUrls } from "./dashboards/links";

/** Where the objects that watch a mesh go, and what they refer to. */
export interface ObservabilityOptions {
  /** Namespace of Prometheus and Grafana. */
  readonly namespace: string;
  /** Where the alerts' pages are read, each below its name. Default: `docs/runbooks`, as in this package. */
  readonly runbookUrl?: string;
  /** Where a browser finds Kiali and Jaeger. Default: where `meshwright open` puts them. */
  readonly tools?: ToolUrls;
}
