import { meshDomains } from "../configuration";
import { nist, stackPolicy } from "../policy";
import { fullName, isMeshHost } from "../reading/destinationRule";
import { UNKNOWN } from "../reading/field";
import { isGatewayPod } from "../reading/gateway";
import { meshNamespaces } from "../reading/injection";
import {
  isDestinationRule,
  isService,
  isVirtualService,
  type KubernetesResource,
  undecided,
} from "../reading/resource";
import { selects } from "../reading/selector";
import { holds, isEmpty } from "../reading/verdict";
import { destinationsOf } from "../reading/virtualService";
import { isWorkload, podOf } from "../reading/workload";

/**
 * Limits stand in a DestinationRule; a host without one has none, and no rule that judges DestinationRules notices.
 * https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
 */
export const requireCircuitBreakers = stackPolicy({
  name: "require-circuit-breakers",
  displayName: "Circuit breakers are present",
  description:
    "Every Service of the mesh, and every host of it that a route leads to, has a DestinationRule, whose limits are judged apart.",
  severity: "high",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Add a DestinationRule for the host, with trafficPolicy.connectionPool and trafficPolicy.outlierDetection.",
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/",
  settings: { meshDomains },
  appliesTo: (stack) =>
    stack.some(({ type }) => isVirtualService(type)) ||
    servicesOfMesh(stack).length > 0 ||
    "The stack has no VirtualService and no Service of the mesh",
  *judge(stack, settings) {
    const rules = stack.filter(({ type }) => isDestinationRule(type));
    const name = (host: string, namespace: string | undefined) =>
      fullName(host, namespace ?? "default", settings.meshDomains);
    const hosts = rules.flatMap(({ fields, namespace }) => {
      const host = fields.at("spec", "host").value;
      return typeof host === "string" ? [name(host, namespace)] : [];
    });
    const suffixes = hosts.filter((host) => host.startsWith("*")).map((host) => host.slice(1));
    const open = new Set<KubernetesResource>(rules.filter(({ unknowns }) => unknowns.size > 0));
    // A rule whose host is unknown may be for any host.
    const anyHost = open.size > 0;
    // Each host is named once, by the Service if there is one.
    const settled = new Set(hosts);
    const isLimited = (full: string) => settled.has(full) || suffixes.some((suffix) => full.endsWith(suffix));
    for (const service of servicesOfMesh(stack)) {
      const host = service.fields.at("metadata", "name").value;
      if (host === UNKNOWN) open.add(service);
      if (typeof host !== "string") continue;
      const full = name(host, service.namespace);
      if (isLimited(full)) continue;
      const verdict = hasOwnPods(service);
      if (verdict === UNKNOWN) open.add(service);
      if (verdict !== true) continue;
      settled.add(full);
      if (anyHost) continue;
      yield {
        subject: service,
        message:
          `${service.title}: metadata.name is "${host}", for which the stack has no DestinationRule, so nothing limits ` +
          `calls to it. Add one with connectionPool and outlierDetection.`,
      };
    }
    for (const route of stack.filter(({ type }) => isVirtualService(type))) {
      for (const field of destinationsOf(route)) {
        const host = field.value;
        if (host === UNKNOWN) open.add(route);
        if (typeof host !== "string" || !isMeshHost(host, settings.meshDomains)) continue;
        const full = name(host, route.namespace);
        if (isLimited(full)) continue;
        settled.add(full);
        if (anyHost) continue;
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

/**
 * Services in namespaces of the mesh, but for those of gateways: callers from outside read no rule, and the mesh comes to
 * an egress gateway by routes, which are judged.
 */
function servicesOfMesh(stack: readonly KubernetesResource[]): KubernetesResource[] {
  const namespaces = meshNamespaces(stack);
  const gateways = stack.filter((workload) => isWorkload(workload.type) && isGatewayPod(podOf(workload)));
  return stack.filter(
    (service) =>
      isService(service.type) &&
      !service.type.patch &&
      namespaces.has(service.namespace ?? "default") &&
      !gateways.some(
        (gateway) =>
          gateway.namespace === service.namespace &&
          selects(service.fields.at("spec", "selector"), podOf(gateway).at("metadata", "labels")),
      ),
  );
}

/**
 * Whether calls to the Service end at pods that it selects. What a Service without a selector leads to, somebody else
 * writes, and an ExternalName is another host's. A headless Service counts: Istio makes a cluster for it as for others,
 * and limits its connections.
 */
function hasOwnPods({ fields }: KubernetesResource): boolean | typeof UNKNOWN {
  return holds([
    [fields.at("spec", "selector"), (selector) => !isEmpty(selector)],
    [fields.at("spec", "type"), (type) => type !== "ExternalName"],
  ]);
}
