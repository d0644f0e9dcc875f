import type { Route } from "../../effect";
import { fieldsAt, numberAt, textAt } from "../../effect/field";

/** Describes what a proxy does with a request, a line for each thing. */
export function routeLines(route: Route): string[] {
  const { outcome, timeout, retries, fault, redirect, directResponse, path, mirrors } = route;
  return [
    outcome,
    ...(timeout === undefined ? [] : [`timeout ${timeout} ms`]),
    ...(retries === undefined
      ? []
      : [
          `${retries.attempts} ${retries.attempts === 1 ? "retry" : "retries"}${retries.perTryTimeout === undefined ? "" : ` of ${retries.perTryTimeout} ms`} on ${retries.retryOn}`,
        ]),
    ...(path === undefined ? [] : [`path rewritten to ${path}`]),
    ...(fault === undefined ? [] : faultLines(fault)),
    ...(redirect === undefined ? [] : [redirectLine(redirect)]),
    ...(directResponse === undefined ? [] : [`status ${numberAt(directResponse, "status") ?? 200}`]),
    ...mirrors.map(({ destination, percentage }) => `${percentage} % mirrored to ${destination.host}`),
  ];
}

/** @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection */
function faultLines(fault: unknown): string[] {
  const [delay, abort] = [fieldsAt(fault, "delay"), fieldsAt(fault, "abort")];
  const of = (one: unknown): string =>
    `${numberAt(fieldsAt(one, "percentage"), "value") ?? 0} % of the requests`;
  const status = textAt(abort, "grpcStatus") ?? textAt(abort, "http2Error") ?? numberAt(abort, "httpStatus");
  return [
    ...("fixedDelay" in delay ? [`fault: ${of(delay)} delayed by ${textAt(delay, "fixedDelay") ?? ""}`] : []),
    ...(status === undefined ? [] : [`fault: ${of(abort)} aborted with ${status}`]),
  ];
}

/** @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect */
function redirectLine(redirect: unknown): string {
  const parts = Object.entries({
    scheme: "scheme",
    authority: "host",
    port: "port",
    uri: "path",
    prefixRewrite: "instead of the matched prefix",
  }).flatMap(([field, name]) => {
    const value = textAt(redirect, field) ?? numberAt(redirect, field);
    return value === undefined ? [] : [`${name} ${value}`];
  });
  return `status ${numberAt(redirect, "redirectCode") ?? 301}, to ${parts.join(", ")}`;
}
