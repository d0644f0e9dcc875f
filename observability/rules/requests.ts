import { formatDuration } from "../../catalog";
import { ratio, series } from "../promql";
import { byService, recorded } from "./records";
import { type ConcernOf, leastTraffic } from "./rule";
import { byThreshold, ofMesh } from "./scope";

const by = byService.join(", ");

/** gRPC statuses that blame the server; the requests themselves are answered with 200. */
const serverStatuses = /2|4|12|13|14|15/;
const failedCodes = /5..|0/;

/**
 * Requests, errors and durations of each service, as its callers' proxies see them: so that whoever was refused, or
 * got no answer at all, counts too.
 */
export const requests: ConcernOf = (mesh) => {
  const calls = { reporter: "source", ...ofMesh(mesh) } as const;
  const failed = series("istio_requests_total", { ...calls, response_code: failedCodes });
  const failedGrpc = series("istio_requests_total", {
    ...calls,
    response_code: { not: failedCodes },
    grpc_response_status: serverStatuses,
  });
  const buckets = series("istio_request_duration_milliseconds_bucket", calls);
  const rate = recorded("istio:service:requests:rate5m", mesh);
  const busy = `and on (destination_service) ${rate} > ${leastTraffic}`;

  return {
    name: "requests",
    rules: [
      {
        record: "istio:service:requests:rate5m",
        expr: `sum by (${by}) (rate(${series("istio_requests_total", calls)}[5m]))`,
      },
      {
        // Zero where nothing failed: without a value there would be no share either.
        record: "istio:service:errors:rate5m",
        expr:
          `sum by (${by}) (rate(${failed}[5m]) or rate(${failedGrpc}[5m]))` +
          ` or on (destination_service) 0 * ${rate}`,
      },
      {
        record: "istio:service:error_ratio:rate5m",
        expr: `${recorded("istio:service:errors:rate5m", mesh)} / ${rate}`,
      },
      ...([50, 90, 99] as const).map((percentile) => ({
        record: `istio:service:request_duration_milliseconds:p${percentile}` as const,
        expr: `histogram_quantile(${ratio(percentile)}, sum by (le, ${by}) (rate(${buckets}[5m])))`,
      })),
      ...byThreshold(mesh, "errorRate").map(({ value, services }) => ({
        alert: "HighErrorRate",
        expr: `${recorded("istio:service:error_ratio:rate5m", mesh, services)} > ${ratio(value)} ${busy}`,
        for: "5m" as const,
        severity: "critical" as const,
        summary: "{{ $labels.destination_service }} fails",
        description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} fail; at most ${value} % should.`,
      })),
      ...byThreshold(mesh, "p99").map(({ value, services }) => ({
        alert: "HighLatency",
        expr: `${recorded("istio:service:request_duration_milliseconds:p99", mesh, services)} > ${value} ${busy}`,
        for: "5m" as const,
        severity: "warning" as const,
        summary: "{{ $labels.destination_service }} is slow",
        description: `1 % of the requests to {{ $labels.destination_service }} take longer than {{ $value | printf "%.0f" }} ms; 99 % should be answered within ${formatDuration(value)}.`,
      })),
    ],
  };
};
