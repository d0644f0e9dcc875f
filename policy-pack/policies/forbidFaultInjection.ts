import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy } from "../policy";
import { isVirtualService } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  delay: (): Message => ({ problem: "delays requests on purpose", fix: "Remove it" }),
  abort: (): Message => ({ problem: "aborts requests on purpose", fix: "Remove it" }),
};

/**
 * Fault injection tests resilience before production. In production it fails the requests of users.
 * https://istio.io/latest/docs/tasks/traffic-management/fault-injection/
 */
export const forbidFaultInjection = resourcePolicy({
  name: "forbid-fault-injection",
  displayName: "No fault injection in prod",
  description: "In prod, no HTTP route injects delays or aborts.",
  severity: "high",
  framework: nist("CM-7", "Least functionality"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps: "Remove spec.http[].fault, or add it only in other environments.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection",
  settings: { environment },
  appliesTo: isVirtualService,
  judge({ fields }, { environment }) {
    if (environmentOf(environment) !== "prod") return [];
    const routes = fields.at("spec", "http").children();
    return routes
      .flatMap((route) => [route.at("fault", "delay"), route.at("fault", "abort")])
      .filter((field) => field.isSet)
      .map((field) => ({ field, ...messages[field.key === "delay" ? "delay" : "abort"]() }));
  },
});
