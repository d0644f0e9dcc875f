import { lately, type Matchers, perSecond, ratio, series, sum } from "../promql";
import { byService, recorded } from "./records";
import type { RuleGroupOf } from "./rule";
import { byThreshold, ofMesh } from "./scope";

/**
 * Flags of connections that never reached a healthy server: connection failure, no server, over a limit, too many
 * attempts.
 */
const failed = /.*(UF|UH|UO|URX).*/;

/**
 * Connections per second below which a ratio is not meaningful, because database clients keep connections for hours.
 */
const fewConnections = 0.01;

/** TCP connections and bytes of each service, as reported by its callers' proxies. */
export const tcp: RuleGroupOf = (mesh) => {
  const calls = { reporter: "source", ...ofMesh(mesh) } as const;
  const closed = (among?: readonly Matchers<"istio_tcp_connections_closed_total">[], window = "5m"): string =>
    perSecond("istio_tcp_connections_closed_total", calls, window, byService, among);
  const failing = `${closed([{ response_flags: failed }], lately)} > 0`;
  const connections = recorded("istio:service:tcp_connections:rate5m", mesh);
  const errors = (services: object): string => recorded("istio:service:tcp_errors:rate5m", mesh, services);
  return {
    name: "tcp",
    rules: [
      {
        record: "istio:service:tcp_connections:rate5m",
        expr: closed(),
      },
      {
        record: "istio:service:tcp_errors:rate5m",
        expr: `${closed([{ response_flags: failed }])} or on (destination_service) 0 * ${connections}`,
      },
      {
        record: "istio:service:tcp_bytes:rate5m",
        expr: `${sum(byService)}(rate(${series("istio_tcp_sent_bytes_total", calls)}[5m]) + rate(${series("istio_tcp_received_bytes_total", calls)}[5m]))`,
      },
      ...byThreshold(mesh, "errorRate").map(({ value, services }) => ({
        alert: "TcpConnectionsFailing",
        expr: `${errors(services)} / ${connections} > ${ratio(value)} and on (destination_service) ${failing} and on (destination_service) ${connections} > ${fewConnections}`,
        for: "5m" as const,
        severity: "critical" as const,
        summary: "Connections to {{ $labels.destination_service }} fail",
        description: `{{ $value | humanizePercentage }} of the TCP connections to {{ $labels.destination_service }} fail. The limit is ${value} %.`,
      })),
    ],
  };
};
