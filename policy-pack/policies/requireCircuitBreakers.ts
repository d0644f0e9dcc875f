import { meshDomains } from "../configuration";
import { nist, stackPolicy, textOf } from "../policy";
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

/** The texts of this policy's violations. */
export const messages = {
  missing: (title: string, path: string, host: string) =>
    textOf(title, path, {
      problem: `is "${host}", for which the stack has no DestinationRule, so requests to it have no limits`,
      fix: "Add a DestinationRule with connectionPool and outlierDetection",
    }),
};

/**
 * Circuit breakers are settings of a DestinationRule. A host without one has none, and policies that judge
 * DestinationRules report nothing.
 * https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
 */
export const requireCircuitBreakers = stackPolicy({
  name: "require-circuit-breakers",
  displayName: "Every host has a DestinationRule with circuit breakers",
  description:
    "Every Service of the mesh, and every host of the mesh that is a route's destination, has a DestinationRule. Its limits " +
    "are judged by bound-circuit-breakers.",
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
    // A rule with an unknown host may apply to any host.
    const anyHost = open.size > 0;
    // Each host is reported once: for the Service, if there is one.
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
        message: messages.missing(service.title, "metadata.name", host),
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
          message: messages.missing(route.title, field.path, host),
        };
      }
    }
    if (open.size > 0) throw undecided([...open]);
  },
});

/**
 * Services in namespaces of the mesh, except those of gateways. External clients of an ingress gateway do not apply
 * DestinationRules. Egress gateways are destinations of routes, which are judged.
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
 * Whether the Service selects pods. A Service without a selector has endpoints from elsewhere, and an ExternalName
 * refers to another host. A headless Service counts: Istio creates a cluster for it and limits its connections.
 */
function hasOwnPods({ fields }: KubernetesResource): boolean | typeof UNKNOWN {
  return holds([
    [fields.at("spec", "selector"), (selector) => !isEmpty(selector)],
    [fields.at("spec", "type"), (type) => type !== "ExternalName"],
  ]);
}
