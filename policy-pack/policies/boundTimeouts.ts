import { boundDuration } from "../bounds";
import { duration } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import { isHttpRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import { forwardingRoutes } from "../reading/virtualService";

/** The texts of this policy's violations. Those about the limit are {@link durationMessages}. */
export const messages = {
  zero: (longest: string): Message => ({
    problem: "is 0, which Istio reads as no timeout",
    fix: `Set it to a duration of at most ${longest}`,
  }),
  missing: (longest: string): Message => ({
    problem: "is not set, so a request has no time limit",
    fix: `Set it to a duration of at most ${longest}`,
  }),
};

/**
 * Istio sets no timeout by default. A service that does not respond holds its callers' connections until they fail too.
 * https://istio.io/latest/docs/concepts/traffic-management/#timeouts
 */
export const boundTimeouts = resourcePolicy({
  name: "bound-timeouts",
  displayName: "Timeouts are bounded",
  description:
    "Timeouts of HTTP routes are within the organization's limit. In prod and staging, every HTTP route of a VirtualService " +
    "has one.",
  severity: "medium",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Set spec.http[].timeout on every route. Exclude routes for streams with excludeFor, by a label of their VirtualService.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute",
  settings: { environment, longestTimeout: duration("2m", "Maximum of spec.http[].timeout") },
  appliesTo: (type) => isVirtualService(type) || isHttpRoute(type),
  judge: (resource, { environment, longestTimeout }) => {
    if (isHttpRoute(resource.type)) return judgeHttpRoute(resource, longestTimeout);
    return forwardingRoutes(resource).flatMap((route): Violation[] => {
      const field = route.at("timeout");
      if (milliseconds(field.value) === 0) return [{ field, ...messages.zero(longestTimeout) }];
      if (!field.isSet && !resource.type.patch && environmentOf(environment) !== "dev") {
        return [{ field, ...messages.missing(longestTimeout) }];
      }
      return boundDuration(field, "1ms", longestTimeout);
    });
  },
});

/** Judges the time limits of an HTTPRoute. A request without one is judged nowhere, because streams have none. */
function judgeHttpRoute({ fields }: KubernetesResource, longest: string): Violation[] {
  return fields
    .at("spec", "rules")
    .children()
    .map((rule) => rule.at("timeouts", "request"))
    .filter(({ isSet }) => isSet)
    .flatMap((field) =>
      milliseconds(field.value) === 0
        ? [{ field, ...messages.zero(longest) }]
        : boundDuration(field, "1ms", longest),
    );
}
