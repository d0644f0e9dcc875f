import { isTrue } from "./boolean";
import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/** The policy's action, by default ALLOW. */
export function actionOf({ fields }: KubernetesResource): unknown {
  return fields.at("spec", "action").value ?? "ALLOW";
}

/** The policy's rules. They are alternatives. */
export function rulesOf({ fields }: KubernetesResource): Field[] {
  return fields.at("spec", "rules").children();
}

/** The sources of a rule. They are alternatives. */
export function sourcesOf(rule: Field): Field[] {
  return rule
    .at("from")
    .children()
    .map((from) => from.at("source"));
}

/** The operations of a rule. They are alternatives. */
export function operationsOf(rule: Field): Field[] {
  return rule
    .at("to")
    .children()
    .map((to) => to.at("operation"));
}

/** Whether a list contains exceptions, such as `notPrincipals` and `notValues`, which match every other value. */
export function isException({ key }: Field): boolean {
  return key.startsWith("not");
}

/** Whether Istio only logs what the policy would do. https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/ */
export function isDryRun({ fields }: KubernetesResource): boolean {
  return isTrue(fields.at("metadata", "annotations", "istio.io/dry-run").value);
}
