import { type Message, nist, resourcePolicy } from "../policy";
import { GATEWAY_LABELS } from "../reading/gateway";
import {
  isAuthorizationPolicy,
  isRequestAuthentication,
  isTelemetry,
  isWasmPlugin,
} from "../reading/resource";
import { matchLabels } from "../reading/selector";

/** The texts of this policy's violations. */
export const messages = {
  ignored: (): Message => ({
    problem: "selects a Gateway of the Gateway API, for which Istio ignores selectors",
    fix: "Use spec.targetRefs with the Gateway instead",
  }),
};

/**
 * Istio ignores the selector of an object for pods of a Gateway of the Gateway API, so the object has no effect there.
 * https://istio.io/latest/docs/reference/config/analysis/ist0166/
 */
export const requireEffectiveSelectors = resourcePolicy({
  name: "require-effective-selectors",
  displayName: "Selectors have an effect",
  description:
    "AuthorizationPolicies, RequestAuthentications, Telemetry objects and WasmPlugins do not select a Gateway of the Gateway " +
    "API by labels.",
  severity: "high",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization", "gateway"],
  remediationSteps:
    "Replace spec.selector with spec.targetRefs: group gateway.networking.k8s.io, kind Gateway, and the Gateway's name.",
  url: "https://istio.io/latest/docs/reference/config/analysis/ist0166/",
  settings: {},
  appliesTo: (type) =>
    [isAuthorizationPolicy, isRequestAuthentication, isTelemetry, isWasmPlugin].some((is) => is(type)),
  judge: (resource) =>
    matchLabels(resource)
      .children()
      .filter(({ key }) => GATEWAY_LABELS.includes(key))
      .map((field) => ({ field, ...messages.ignored() })),
});
