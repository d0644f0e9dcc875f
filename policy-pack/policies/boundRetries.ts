import { bound } from "../bounds";
import { limit } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import type { Field } from "../reading/field";
import { isVirtualService } from "../reading/resource";
import { forwardingRoutes } from "../reading/virtualService";

/** Conditions under which a try that took too long is followed by another; Envoy resets such a request itself. */
const AFTER_SLOW_TRIES = ["5xx", "gateway-error", "reset"];

/**
 * Retries multiply along a path: three at each of three calls make 64 requests of one. And a try that outlasts the
 * timeout is never followed by another.
 * https://istio.io/latest/docs/concepts/traffic-management/#retries
 */
export const boundRetries = resourcePolicy({
  name: "bound-retries",
  displayName: "Retries are bounded",
  description:
    "HTTP routes retry no more often than the organization's limit, and all tries fit the timeout.",
  severity: "medium",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Lower retries.attempts. Choose retries.perTryTimeout so that all tries, which are attempts + 1, fit the route's timeout.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
  settings: { attempts: limit(3, "Greatest spec.http[].retries.attempts, without the first try") },
  appliesTo: isVirtualService,
  judge: (resource, { attempts }) =>
    forwardingRoutes(resource).flatMap((route) => {
      const field = route.at("retries", "attempts");
      // Here, 0 is what it says.
      const violations = field.value === 0 ? [] : bound(field, 1, attempts, false);
      return violations.length > 0 ? violations : judgeTries(route);
    }),
});

function judgeTries(route: Field): Violation[] {
  const attempts = route.at("retries", "attempts").value;
  const field = route.at("retries", "perTryTimeout");
  const timeout = route.at("timeout").value;
  const retryOn = route.at("retries", "retryOn").value;
  const [each, whole] = [milliseconds(field.value), milliseconds(timeout)];
  if (typeof attempts !== "number" || attempts === 0 || each === undefined || !whole) return [];
  const tries = attempts + 1;
  if (each * tries <= whole || (typeof retryOn === "string" && endsWithSlowTry(retryOn))) return [];
  const problem = `is ${String(field.value)}, so ${tries} tries outlast the timeout of ${String(timeout)}`;
  return [{ field, problem, cure: `Set it to at most ${Math.floor(whole / tries)}ms` }];
}

function endsWithSlowTry(retryOn: string): boolean {
  const conditions = retryOn.split(",").map((condition) => condition.trim());
  return !conditions.some((condition) => AFTER_SLOW_TRIES.includes(condition));
}
