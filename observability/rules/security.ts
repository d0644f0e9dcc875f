import { mutualShare, refused } from "../outcomes";
import { perSecond, ratio } from "../promql";
import { byService, recorded } from "./records";
import { type RuleGroupOf, leastTraffic } from "./rule";
import { byThreshold, ofMesh } from "./scope";

const callers = ["source_workload", "source_workload_namespace", "destination_service"] as const;

/** Percentage of denied requests above which the caller itself is denied, not single users. */
const denied = 90;

/**
 * Mutual TLS traffic and denied callers, as reported by the callees' proxies. Callers' proxies don't report what
 * arrived, and callers without a proxy report nothing.
 */
export const security: RuleGroupOf = (mesh) => {
  const calls = { reporter: "destination", ...ofMesh(mesh) } as const;
  const requests = perSecond("istio_requests_total", calls, "5m", callers);
  const denials = perSecond("istio_requests_total", calls, "5m", callers, refused);
  const { mtlsShare } = mesh.alerts;
  return {
    name: "security",
    rules: [
      {
        record: "istio:service:mtls_traffic_percentage",
        expr: `100 * ${mutualShare(calls, "5m", byService)}`,
      },
      { record: "istio:mesh:mtls_traffic_percentage", expr: `100 * ${mutualShare(calls, "5m")}` },
      {
        alert: "MtlsTrafficLow",
        expr: `${recorded("istio:mesh:mtls_traffic_percentage", mesh)} < ${mtlsShare}`,
        for: "5m",
        severity: "critical",
        summary: "{{ $labels.mesh }} receives traffic without mutual TLS",
        description: `Only {{ $value | printf "%.1f" }} % of the traffic of {{ $labels.mesh }} uses mutual TLS. The minimum is ${mtlsShare} %.`,
      },
      ...byThreshold(mesh, "mtlsShare").map(({ value, services: which }) => ({
        alert: "ServiceMtlsTrafficLow",
        expr: `${recorded("istio:service:mtls_traffic_percentage", mesh, which)} < ${value}`,
        for: "10m" as const,
        severity: "warning" as const,
        summary: "{{ $labels.destination_service }} receives traffic without mutual TLS",
        description: `Only {{ $value | printf "%.1f" }} % of the traffic of {{ $labels.destination_service }} uses mutual TLS. The minimum is ${value} %.`,
      })),
      {
        alert: "CallerDenied",
        expr: `${denials} / ${requests} > ${ratio(denied)} and ${requests} > ${leastTraffic}`,
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.destination_service }} denies {{ $labels.source_workload }}",
        description:
          "{{ $labels.destination_service }} returns 403 for {{ $value | humanizePercentage }} of the requests of {{ $labels.source_workload_namespace }}/{{ $labels.source_workload }}. Most likely the catalog does not declare this call.",
      },
    ],
  };
};
