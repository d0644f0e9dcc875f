import { type Label, type Matchers, series, sum } from "./promql";

/**
 * What came of a request: conditions of which a request meets one at most, so that those that meet any can be added up.
 * Rules and dashboards all take it from here: an error is the same in an alert, an objective and a comparison of
 * versions.
 */
export type Outcome = readonly Matchers<"istio_requests_total">[];

/** Over gRPC a failed call is answered with 200; its status says what happened. */
function outcome(code: string | RegExp, grpcStatus: string | RegExp): Outcome {
  return [{ response_code: code }, { response_code: { not: code }, grpc_response_status: grpcStatus }];
}

/**
 * The server's fault: a 5xx, no answer at all (0), or a gRPC status that blames the server: UNKNOWN,
 * DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE or DATA_LOSS.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#grpc-status
 */
export const failed = outcome(/5..|0/, /2|4|12|13|14|15/);

/** Not admitted, by a proxy or by the service itself: 403, PERMISSION_DENIED. */
export const refused = outcome("403", "7");

/** Without a valid token: 401, UNAUTHENTICATED. */
export const unauthenticated = outcome("401", "16");

/** Over mutual TLS, a request or a connection. Only the callee's proxy knows. */
export const mutual = { connection_security_policy: "mutual_tls" } as const;

/** Without it. */
export const plain = { connection_security_policy: { not: "mutual_tls" } } as const;

/** Requests and TCP connections per second, as the callees' proxies report them. */
export function arrivals(
  matchers: Matchers<"istio_tcp_connections_opened_total">,
  window: string,
  by: readonly Label<"istio_tcp_connections_opened_total">[] = [],
): string {
  const requests = series<"istio_requests_total">("istio_requests_total", matchers);
  const connections = series("istio_tcp_connections_opened_total", matchers);
  return `${sum(by)}(rate(${requests}[${window}]) or rate(${connections}[${window}]))`;
}

/** Of 1: those over mutual TLS. 0 where nothing is secured, and nothing where nothing comes. */
export function mutualShare(
  matchers: Matchers<"istio_tcp_connections_opened_total">,
  window: string,
  by: readonly Label<"istio_tcp_connections_opened_total">[] = [],
): string {
  const all = arrivals(matchers, window, by);
  return `(${arrivals({ ...matchers, ...mutual }, window, by)} or 0 * ${all}) / (${all} > 0)`;
}
