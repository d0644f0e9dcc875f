import { type Label, type Matchers, series, sum } from "./promql";

/**
 * The outcome of a request, as conditions. A request meets at most one of them, so their rates can be added. Rules and
 * dashboards all use these outcomes, so an error is the same in an alert, an objective and a version comparison.
 */
export type Outcome = readonly Matchers<"istio_requests_total">[];

/** A failed gRPC call has HTTP status 200. The gRPC status contains the result. */
function outcome(code: string | RegExp, grpcStatus: string | RegExp): Outcome {
  return [{ response_code: code }, { response_code: { not: code }, grpc_response_status: grpcStatus }];
}

/**
 * The server's errors: a 5xx, no response (0), or a gRPC status that blames the server: UNKNOWN, DEADLINE_EXCEEDED,
 * UNIMPLEMENTED, INTERNAL, UNAVAILABLE or DATA_LOSS.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#grpc-status
 */
export const failed = outcome(/5..|0/, /2|4|12|13|14|15/);

/** Denied, by a proxy or by the service itself: 403, PERMISSION_DENIED. */
export const refused = outcome("403", "7");

/** Without a valid token: 401, UNAUTHENTICATED. */
export const unauthenticated = outcome("401", "16");

/** A request or connection over mutual TLS. Only the callee's proxy reports it. */
export const mutual = { connection_security_policy: "mutual_tls" } as const;

/** A request or connection without mutual TLS. */
export const plain = { connection_security_policy: { not: "mutual_tls" } } as const;

/** Requests and TCP connections per second, as reported by the callees' proxies. */
export function arrivals(
  matchers: Matchers<"istio_tcp_connections_opened_total">,
  window: string,
  by: readonly Label<"istio_tcp_connections_opened_total">[] = [],
): string {
  const requests = series<"istio_requests_total">("istio_requests_total", matchers);
  const connections = series("istio_tcp_connections_opened_total", matchers);
  return `${sum(by)}(rate(${requests}[${window}]) or rate(${connections}[${window}]))`;
}

/** The mutual TLS ratio, from 0 to 1. Without traffic there is no value. */
export function mutualShare(
  matchers: Matchers<"istio_tcp_connections_opened_total">,
  window: string,
  by: readonly Label<"istio_tcp_connections_opened_total">[] = [],
): string {
  const all = arrivals(matchers, window, by);
  return `(${arrivals({ ...matchers, ...mutual }, window, by)} or 0 * ${all}) / (${all} > 0)`;
}
