import { formatDuration } from "../../catalog";
import { failed } from "../outcomes";
import { lately, perSecond, ratio, series, sum } from "../promql";
import { byService, errorRatio, recorded } from "./records";
import { type RuleGroupOf, leastTraffic } from "./rule";
import { byThreshold, ofMesh } from "./scope";

/**
 * Requests, errors and latency of each service, as reported by its callers' proxies. So they include rejected requests
 * and requests without a response.
 */
export const requests: RuleGroupOf = (mesh) => {
  const calls = { reporter: "source", ...ofMesh(mesh) } as const;
  const buckets = series("istio_request_duration_milliseconds_bucket", calls);
  const rate = recorded("istio:service:requests:rate5m", mesh);
  const busy = `and on (destination_service) ${rate} > ${leastTraffic}`;

  return {
    name: "requests",
    rules: [
      {
        record: "istio:service:requests:rate5m",
        expr: perSecond("istio_requests_total", calls, "5m", byService),
      },
      {
        // Zero without errors. Without a value the ratio would have none either.
        record: "istio:service:errors:rate5m",
        expr: `${perSecond("istio_requests_total", calls, "5m", byService, failed)} or on (destination_service) 0 * ${rate}`,
      },
      {
        record: errorRatio("5m"),
        expr: `${recorded("istio:service:errors:rate5m", mesh)} / (${rate} > 0)`,
      },
      {
        // Whether it still fails. Without errors there is no ratio.
        record: errorRatio(lately),
        expr: `${perSecond("istio_requests_total", calls, lately, byService, failed)} / (${perSecond("istio_requests_total", calls, lately, byService)} > 0)`,
      },
      ...([50, 90, 99] as const).map((percentile) => ({
        record: `istio:service:request_duration_milliseconds:p${percentile}` as const,
        expr: `histogram_quantile(${ratio(percentile)}, ${sum(["le", ...byService])}(rate(${buckets}[5m])))`,
      })),
      ...byThreshold(mesh, "errorRate").map(({ value, services }) => ({
        alert: "HighErrorRate",
        expr: (["5m", lately] as const)
          .map((window) => `${recorded(errorRatio(window), mesh, services)} > ${ratio(value)}`)
          .join(" and on (destination_service) ")
          .concat(` ${busy}`),
        for: "5m" as const,
        severity: "critical" as const,
        summary: "{{ $labels.destination_service }} fails",
        description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} fail. The limit is ${value} %.`,
      })),
      ...byThreshold(mesh, "p99").map(({ value, services }) => ({
        alert: "HighLatency",
        expr: `${recorded("istio:service:request_duration_milliseconds:p99", mesh, services)} > ${value} ${busy}`,
        for: "5m" as const,
        severity: "warning" as const,
        summary: "{{ $labels.destination_service }} is slow",
        description: `1 % of the requests to {{ $labels.destination_service }} take longer than {{ $value | printf "%.0f" }} ms. The limit for 99 % is ${formatDuration(value)}.`,
      })),
    ],
  };
};
