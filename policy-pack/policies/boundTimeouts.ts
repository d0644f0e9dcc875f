import { boundDuration } from "../bounds";
import { duration } from "../configuration";
import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import { isVirtualService } from "../reading/resource";
import { forwardingRoutes } from "../reading/virtualService";

/**
 * Istio waits for ever by default: one service that hangs holds its callers' connections until these hang as well.
 * https://istio.io/latest/docs/concepts/traffic-management/#timeouts
 */
export const boundTimeouts = resourcePolicy({
  name: "bound-timeouts",
  displayName: "Timeouts are bounded",
  description:
    "HTTP routes have a timeout within the organization's limit; in prod and staging, each of them.",
  severity: "medium",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Set spec.http[].timeout on every route. Leave routes for streams out with excludeFor, by a label of their VirtualService.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute",
  settings: { environment, longestTimeout: duration("2m", "Longest spec.http[].timeout") },
  appliesTo: isVirtualService,
  judge: (resource, { environment, longestTimeout }) =>
    forwardingRoutes(resource).flatMap((route): Violation[] => {
      const field = route.at("timeout");
      const cure = `Set it to a duration of at most ${longestTimeout}`;
      if (milliseconds(field.value) === 0) {
        return [{ field, problem: "is 0, which Istio reads as no timeout", cure }];
      }
      if (!field.isSet && !resource.type.patch && environmentOf(environment) !== "dev") {
        return [{ field, problem: "is not set, so a caller waits for ever", cure }];
      }
      return boundDuration(field, "1ms", longestTimeout);
    }),
});
