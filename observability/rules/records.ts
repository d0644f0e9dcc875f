import { type lately, type Matcher, selector } from "../promql";

/** Labels that identify a service in rules. */
export const byService = [
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
] as const;

/** Windows of the error ratio. The last one is that of the objectives. */
export const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"] as const;
export type Window = (typeof windows)[number];

/** Every recorded series, with its labels in addition to `mesh`, the platform's name. */
export const records = {
  "istio:service:requests:rate5m": byService,
  "istio:service:errors:rate5m": byService,
  "istio:service:error_ratio:rate2m": byService,
  "istio:service:error_ratio:rate5m": byService,
  "istio:service:error_ratio:rate30m": byService,
  "istio:service:error_ratio:rate1h": byService,
  "istio:service:error_ratio:rate2h": byService,
  "istio:service:error_ratio:rate6h": byService,
  "istio:service:error_ratio:rate1d": byService,
  "istio:service:error_ratio:rate3d": byService,
  "istio:service:error_ratio:rate30d": byService,
  "istio:service:error_budget:ratio": byService,
  "istio:service:error_budget:remaining30d": byService,
  "istio:service:request_duration_milliseconds:p50": byService,
  "istio:service:request_duration_milliseconds:p90": byService,
  "istio:service:request_duration_milliseconds:p99": byService,
  "istio:service:tcp_connections:rate5m": byService,
  "istio:service:tcp_errors:rate5m": byService,
  "istio:service:tcp_bytes:rate5m": byService,
  "istio:service:mtls_traffic_percentage": byService,
  "istio:mesh:mtls_traffic_percentage": [],
} as const satisfies Record<string, readonly string[]>;

export type RecordName = keyof typeof records;

/** The recorded error ratio over a window. */
export function errorRatio<Over extends Window | typeof lately>(window: Over) {
  return `istio:service:error_ratio:rate${window}` as const;
}

/** A recorded series of one mesh. */
export function recorded<Name extends RecordName>(
  name: Name,
  mesh: { readonly name: string },
  matchers: Partial<Readonly<Record<(typeof records)[Name][number], Matcher>>> = {},
): string {
  return selector(name, { mesh: mesh.name, ...matchers });
}
