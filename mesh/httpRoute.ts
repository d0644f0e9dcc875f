import { formatDuration, type Port, type Retries, safeRetryConditions, type Service } from "../catalog";
import type { VirtualServiceSpec } from "./types/virtualService.gen";

export type HttpRoute = NonNullable<VirtualServiceSpec["http"]>[number];
export type HttpMatch = NonNullable<HttpRoute["match"]>[number];

/** Requests to one port of a service that are treated alike. */
export interface Requests {
  readonly name: string;
  readonly service: Service;
  readonly port: Port;
  /** Alternatives; empty: every request. */
  readonly match: readonly HttpMatch[];
  readonly rewrite?: HttpRoute["rewrite"];
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries: Retries;
}

/** Methods that do something once more when they are repeated. */
const notIdempotent = "POST|PATCH";

/**
 * The routes for some requests: one, or two where the retries are only safe for idempotent methods. It serves
 * the mesh and the gateways alike, so that requests from outside are split and limited as those from inside.
 */
export function httpRoutes(requests: Requests): HttpRoute[] {
  const { name, port, match, retries } = requests;
  const safe = retries.retryOn.filter((condition) => safeRetryConditions.includes(condition));
  const everything = httpRoute(name, requests, match, retries);
  if (port.protocol === "grpc" || safe.length === retries.retryOn.length) return [everything];
  // Without a limit for each try: reaching it would fail the request, as it isn't a reason to try again.
  const limited: Retries = { attempts: safe.length > 0 ? retries.attempts : 0, retryOn: safe };
  const matches = (match.length > 0 ? match : [{}]).map((one) => ({
    ...one,
    method: { regex: notIdempotent },
  }));
  return [httpRoute(`${name} ${notIdempotent}`, requests, matches, limited), everything];
}

function httpRoute(
  name: string,
  { service, port, rewrite, timeout }: Requests,
  match: readonly HttpMatch[],
  retries: Retries,
): HttpRoute {
  return {
    name,
    ...(match.length > 0 && { match: [...match] }),
    ...(rewrite && { rewrite }),
    route: destinations(service, port),
    ...(timeout !== undefined && { timeout: formatDuration(timeout) }),
    retries: retryPolicy(retries),
    ...(service.fault && { fault: fault(service.fault) }),
  };
}

function destinations({ host, versions }: Service, port: Port): NonNullable<HttpRoute["route"]> {
  const destination = { host, port: { number: port.port } };
  if (versions.length === 0) return [{ destination }];
  return versions
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ destination: { ...destination, subset: name }, weight }));
}

/** Zero attempts are written out: without them Istio retries twice, whatever the method. */
function retryPolicy({ attempts, perTryTimeout, retryOn }: Retries): NonNullable<HttpRoute["retries"]> {
  if (attempts === 0) return { attempts };
  return {
    attempts,
    retryOn: retryOn.join(","),
    ...(perTryTimeout !== undefined && { perTryTimeout: formatDuration(perTryTimeout) }),
  };
}

function fault({ delay, abort }: NonNullable<Service["fault"]>): HttpRoute["fault"] {
  return {
    ...(delay && {
      delay: { percentage: { value: delay.percentage }, fixedDelay: formatDuration(delay.fixedDelay) },
    }),
    ...(abort && { abort: { percentage: { value: abort.percentage }, httpStatus: abort.httpStatus } }),
  };
}
