import { mutualShare, refused } from "../outcomes";
import { perSecond, ratio } from "../promql";
import { byService, recorded } from "./records";
import { type RuleGroupOf, leastTraffic } from "./rule";
import { byThreshold, ofMesh } from "./scope";

const callers = ["source_workload", "source_workload_namespace", "destination_service"] as const;

/** Share of a caller's requests above which not its users are refused, but it itself. */
const denied = 90;

/**
 * What comes over mutual TLS, and who is refused, as the callees' proxies see it: the callers' don't know what
 * arrived, and whoever has no proxy reports nothing.
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
        summary: "{{ $labels.mesh }} is reached without mutual TLS",
        description: `Only {{ $value | printf "%.1f" }} % of the traffic of {{ $labels.mesh }} comes over mutual TLS; ${mtlsShare} % should.`,
      },
      ...byThreshold(mesh, "mtlsShare").map(({ value, services: which }) => ({
        alert: "ServiceMtlsTrafficLow",
        expr: `${recorded("istio:service:mtls_traffic_percentage", mesh, which)} < ${value}`,
        for: "10m" as const,
        severity: "warning" as const,
        summary: "{{ $labels.destination_service }} is reached without mutual TLS",
        description: `Only {{ $value | printf "%.1f" }} % of the traffic of {{ $labels.destination_service }} comes over mutual TLS; ${value} % should.`,
      })),
      {
        alert: "CallerDenied",
        expr: `${denials} / ${requests} > ${ratio(denied)} and ${requests} > ${leastTraffic}`,
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.destination_service }} refuses {{ $labels.source_workload }}",
        description:
          "{{ $labels.destination_service }} answers {{ $value | humanizePercentage }} of the requests of {{ $labels.source_workload_namespace }}/{{ $labels.source_workload }} with 403: most likely the catalog has no such call.",
      },
    ],
  };
};
