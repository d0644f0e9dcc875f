import { meshDomains } from "../configuration";
import { nist, stackPolicy } from "../policy";
import { fullName, isMeshHost } from "../reading/destinationRule";
import { UNKNOWN } from "../reading/field";
import { isDestinationRule, isVirtualService, type KubernetesResource, undecided } from "../reading/resource";
import { destinationsOf } from "../reading/virtualService";

/**
 * Limits stand in a DestinationRule; a host without one has none, and no rule that judges DestinationRules notices.
 * https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
 */
export const requireCircuitBreakers = stackPolicy({
  name: "require-circuit-breakers",
  displayName: "Circuit breakers are present",
  description:
    "Every host of the mesh that a route leads to has a DestinationRule, whose limits are judged apart.",
  severity: "high",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Add a DestinationRule for the host, with trafficPolicy.connectionPool and trafficPolicy.outlierDetection.",
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/",
  settings: { meshDomains },
  appliesTo: (stack) => stack.some(({ type }) => isVirtualService(type)) || "The stack has no VirtualService",
  *judge(stack, settings) {
    const rules = stack.filter(({ type }) => isDestinationRule(type));
    const name = (host: string, namespace: string | undefined) =>
      fullName(host, namespace ?? "default", settings.meshDomains);
    const hosts = rules.flatMap(({ fields, namespace }) => {
      const host = fields.at("spec", "host").value;
      return typeof host === "string" ? [name(host, namespace)] : [];
    });
    const exact = new Set(hosts);
    const suffixes = hosts.filter((host) => host.startsWith("*")).map((host) => host.slice(1));
    const open = new Set<KubernetesResource>(rules.filter(({ unknowns }) => unknowns.size > 0));
    for (const route of stack.filter(({ type }) => isVirtualService(type))) {
      const seen = new Set<string>();
      for (const field of destinationsOf(route)) {
        const host = field.value;
        if (host === UNKNOWN) open.add(route);
        if (typeof host !== "string" || !isMeshHost(host, settings.meshDomains)) continue;
        const full = name(host, route.namespace);
        if (seen.has(full) || exact.has(full) || suffixes.some((suffix) => full.endsWith(suffix))) continue;
        seen.add(full);
        // A rule whose host is unknown may be for this one.
        if (rules.some(({ unknowns }) => unknowns.size > 0)) continue;
        yield {
          subject: route,
          message:
            `${route.title}: ${field.path} is "${host}", for which the stack has no DestinationRule, so nothing limits ` +
            `calls to it. Add one with connectionPool and outlierDetection.`,
        };
      }
    }
    if (open.size > 0) throw undecided([...open]);
  },
});
