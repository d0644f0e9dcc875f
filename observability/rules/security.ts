import { ratio, series } from "../promql";
import { byService, recorded } from "./records";
import { type ConcernOf, leastTraffic } from "./rule";
import { byThreshold, ofMesh } from "./scope";

const services = byService.join(", ");
const callers = "source_workload, source_workload_namespace, destination_service";

/** Share of a caller's requests above which not its users are refused, but it itself. */
const denied = 90;

/**
 * What comes over mutual TLS, and who is refused, as the callees' proxies see it: the callers' don't know what
 * arrived, and whoever has no proxy reports nothing.
 */
export const security: ConcernOf = (mesh) => {
  const calls = { reporter: "destination", ...ofMesh(mesh) } as const;
  const secured = { ...calls, connection_security_policy: "mutual_tls" } as const;
  const both = (matchers: typeof calls | typeof secured): string =>
    `rate(${series("istio_requests_total", matchers)}[5m]) or rate(${series("istio_tcp_connections_opened_total", matchers)}[5m])`;
  const requests = series("istio_requests_total", calls);
  const forbidden = series("istio_requests_total", { ...calls, response_code: "403" });
  const forbiddenGrpc = series("istio_requests_total", {
    ...calls,
    response_code: { not: "403" },
    grpc_response_status: "7",
  });
  const { mtlsShare } = mesh.alerts;
  return {
    name: "security",
    rules: [
      {
        // Zero where nothing is secured, and no value where nothing comes.
        record: "istio:service:mtls_traffic_percentage",
        expr:
          `100 * (sum by (${services}) (${both(secured)}) or 0 * sum by (${services}) (${both(calls)}))` +
          ` / (sum by (${services}) (${both(calls)}) > 0)`,
      },
      {
        record: "istio:mesh:mtls_traffic_percentage",
        expr: `100 * (sum(${both(secured)}) or 0 * sum(${both(calls)})) / (sum(${both(calls)}) > 0)`,
      },
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
        expr:
          `sum by (${callers}) (rate(${forbidden}[5m]) or rate(${forbiddenGrpc}[5m]))` +
          ` / sum by (${callers}) (rate(${requests}[5m])) > ${ratio(denied)}` +
          ` and sum by (${callers}) (rate(${requests}[5m])) > ${leastTraffic}`,
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.destination_service }} refuses {{ $labels.source_workload }}",
        description:
          "{{ $labels.destination_service }} answers {{ $value | humanizePercentage }} of the requests of {{ $labels.source_workload_namespace }}/{{ $labels.source_workload }} with 403: most likely the catalog has no such call.",
      },
    ],
  };
};
