import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy } from "../policy";
import { isVirtualService } from "../reading/resource";

/**
 * Faults are for proving resilience before users are there.
 * https://istio.io/latest/docs/tasks/traffic-management/fault-injection/
 */
export const forbidFaultInjection = resourcePolicy({
  name: "forbid-fault-injection",
  displayName: "No injected faults in prod",
  description: "In prod, no route delays or aborts requests on purpose.",
  severity: "high",
  framework: nist("CM-7", "Least functionality"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps: "Remove spec.http[].fault, or let the program add it for other environments only.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection",
  settings: { environment },
  appliesTo: isVirtualService,
  judge({ fields }, { environment }) {
    if (environmentOf(environment) !== "prod") return [];
    const routes = fields.at("spec", "http").children();
    return routes
      .flatMap((route) => [route.at("fault", "delay"), route.at("fault", "abort")])
      .filter((field) => field.isSet)
      .map((field) => ({
        field,
        problem: `${field.key === "delay" ? "delays" : "aborts"} requests on purpose`,
        cure: "Remove it",
      }));
  },
});
