import { isOfMesh } from "./apiGroup";
import { type ControlPlaneField, ISTIOD } from "./controlPlaneChange";
import { type Field, UNKNOWN } from "./field";
import type { KubernetesResource } from "./resource";

/** The labels by which istiod's webhooks select pods and namespaces. */
const INJECTION = ["istio-injection", "istio.io/rev", "istio.io/tag", "sidecar.istio.io/inject"];

/**
 * Changes of istiod's webhooks, and webhooks of other programs for the pods that are to get a sidecar. Webhooks of revision
 * tags only add pods to a revision, if they call istiod and pods require its answer.
 */
export function webhookChanges({ type, name, fields }: KubernetesResource): ControlPlaneField[] {
  const webhooks = fields.at("webhooks");
  if (/^(istio-sidecar-injector|istio-validator|istiod-default-validator)(-|$)/.test(name ?? "")) {
    return webhooks.isSet ? [{ field: webhooks, change: "webhook" }] : [];
  }
  if (type.kind !== "MutatingWebhookConfiguration") return [];
  return webhooks.children().flatMap((webhook): ControlPlaneField[] => {
    const isTag = name?.startsWith("istio-revision-tag-") ?? false;
    const client = webhook.at("clientConfig");
    const service = client.at("service", "name").peek;
    const isIstiods = typeof service === "string" && ISTIOD.test(service);
    if (!isTag && !isIstiods && !selectsInjection(webhook)) return [];
    if (client.isSet && !isIstiods && service !== UNKNOWN) return [{ field: client, change: "injector" }];
    const policy = webhook.at("failurePolicy");
    return policy.peek === "Ignore" ? [{ field: policy, change: "failing" }] : [];
  });
}

/** Whether a webhook selects what is to be injected. One that leaves out what istiod injects does not. */
function selectsInjection(webhook: Field): boolean {
  return ["namespaceSelector", "objectSelector"]
    .map((key) => webhook.at(key))
    .some(
      (selector) =>
        selector
          .at("matchLabels")
          .children()
          .some(({ key }) => INJECTION.includes(key)) ||
        selector
          .at("matchExpressions")
          .children()
          .some(
            (one) =>
              INJECTION.includes(String(one.at("key").peek)) &&
              ["In", "Exists"].includes(String(one.at("operator").peek)),
          ),
    );
}

/** Resources that decide what proxies do. */
const MUTATED =
  /^(\*|.*\/\*|pods|replicasets|deployments|statefulsets|daemonsets|jobs|cronjobs|namespaces|services|configmaps)(\/|$)/;

/** The resources of the mesh that a policy of the API server changes: Istio's own, pods, and what creates or selects them. */
export function mutatingPolicyChanges({ fields }: KubernetesResource): ControlPlaneField[] {
  const texts = (field: Field): string[] =>
    field.children().map(({ peek }) => (typeof peek === "string" ? peek : "*"));
  return fields
    .at("spec", "matchConstraints", "resourceRules")
    .children()
    .filter((rule) => {
      const groups = texts(rule.at("apiGroups"));
      const isMesh = groups.some((group) => group === "*" || isOfMesh(group));
      const isCore = groups.some((group) => ["", "*", "apps", "batch"].includes(group));
      return isMesh || (isCore && texts(rule.at("resources")).some((one) => MUTATED.test(one)));
    })
    .map((rule) => ({ field: rule.at("resources"), change: "mutation" }));
}

/**
 * Changes of pods by Gatekeeper, whose path of a field is a text.
 * https://open-policy-agent.github.io/gatekeeper/website/docs/mutation/
 */
export function assignments({ type, fields }: KubernetesResource): ControlPlaneField[] {
  const field = fields.at("spec", "location");
  if (type.group !== "mutations.gatekeeper.sh" || typeof field.peek !== "string") return [];
  const isPods = /istio|(^|\.)(containers|initContainers)\[name: ?["']?istio-/i.test(field.peek);
  const groups = fields
    .at("spec", "applyTo")
    .children()
    .flatMap((one) => one.at("groups").children());
  const isMesh = groups.some(({ peek }) => typeof peek === "string" && (peek === "*" || isOfMesh(peek)));
  return isPods || isMesh ? [{ field, change: "mutation" }] : [];
}
