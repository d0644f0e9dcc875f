import { isTrue } from "./boolean";
import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/** What the policy does with the requests that its rules match; ALLOW if it does not say. */
export function actionOf({ fields }: KubernetesResource): unknown {
  return fields.at("spec", "action").value ?? "ALLOW";
}

/** The policy's rules, one of which must match. */
export function rulesOf({ fields }: KubernetesResource): Field[] {
  return fields.at("spec", "rules").children();
}

/** Who calls, by one rule: one of these must match. */
export function sourcesOf(rule: Field): Field[] {
  return rule
    .at("from")
    .children()
    .map((from) => from.at("source"));
}

/** What is called, by one rule: one of these must match. */
export function operationsOf(rule: Field): Field[] {
  return rule
    .at("to")
    .children()
    .map((to) => to.at("operation"));
}

/** Whether Istio only logs what the policy would do. https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/ */
export function isDryRun({ fields }: KubernetesResource): boolean {
  return isTrue(fields.at("metadata", "annotations", "istio.io/dry-run").value);
}
