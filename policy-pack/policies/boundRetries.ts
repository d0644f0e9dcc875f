import { bound } from "../bounds";
import { limit } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import type { Field } from "../reading/field";
import { isHttpRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import { asText, entriesOf } from "../reading/value";
import { forwardingRoutes } from "../reading/virtualService";

/** Conditions that also retry an attempt which hit its per-try timeout, because Envoy then resets the request itself. */
const AFTER_TIMED_OUT_ATTEMPTS = ["5xx", "gateway-error", "reset"];

/** The texts of this policy's violations. Those about the limit are {@link numberMessages}. */
export const messages = {
  tooSlow: (perTryTimeout: string, attempts: number, timeout: string, longest: number): Message => ({
    problem: `is ${perTryTimeout}, so ${attempts} attempts exceed the route's timeout of ${timeout}`,
    fix: `Set it to at most ${longest}ms`,
  }),
};

/**
 * Retries multiply along a call path: 3 retries at each of 3 calls turn 1 request into 64. Attempts that exceed the
 * route's timeout are never made.
 * https://istio.io/latest/docs/concepts/traffic-management/#retries
 */
export const boundRetries = resourcePolicy({
  name: "bound-retries",
  displayName: "Retries are bounded",
  description:
    "HTTP routes do not retry more often than the organization's limit, and all attempts fit the route's timeout.",
  severity: "medium",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Lower retries.attempts. Set retries.perTryTimeout so that all attempts, which are retries.attempts + 1, fit the route's " +
    "timeout.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
  settings: { attempts: limit(3, "Maximum of spec.http[].retries.attempts, without the first attempt") },
  appliesTo: (type) => isVirtualService(type) || isHttpRoute(type),
  judge: (resource, { attempts }) => {
    if (isHttpRoute(resource.type)) return judgeHttpRoute(resource, attempts);
    return forwardingRoutes(resource).flatMap((route) => {
      const field = route.at("retries", "attempts");
      // Istio reads 0 retries as no retries.
      const violations = field.value === 0 ? [] : bound(field, 1, attempts, false);
      return violations.length > 0 ? violations : judgeDuration(route);
    });
  },
});

/** Judges the attempts of an HTTPRoute. Without them, Istio's default applies. */
function judgeHttpRoute({ fields }: KubernetesResource, attempts: number): Violation[] {
  return fields
    .at("spec", "rules")
    .children()
    .map((rule) => rule.at("retry", "attempts"))
    .filter(({ isSet, value }) => isSet && value !== 0)
    .flatMap((field) => bound(field, 1, attempts, false));
}

function judgeDuration(route: Field): Violation[] {
  const retries = route.at("retries", "attempts").value;
  const field = route.at("retries", "perTryTimeout");
  const timeout = route.at("timeout").value;
  const retryOn = route.at("retries", "retryOn").value;
  const [each, whole] = [milliseconds(field.value), milliseconds(timeout)];
  if (typeof retries !== "number" || retries === 0 || each === undefined || !whole) return [];
  const attempts = retries + 1;
  if (each * attempts <= whole || (typeof retryOn === "string" && endsWithTimeout(retryOn))) return [];
  const longest = Math.floor(whole / attempts);
  return [{ field, ...messages.tooSlow(asText(field.value), attempts, asText(timeout), longest) }];
}

/** Whether an attempt that hits its per-try timeout is the last one. */
function endsWithTimeout(retryOn: string): boolean {
  return !entriesOf(retryOn).some((condition) => AFTER_TIMED_OUT_ATTEMPTS.includes(condition));
}
