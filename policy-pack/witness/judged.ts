import type { ObjectName, Workload } from "../../effect";
import type { PlainPolicy, StackViolation } from "../policy";
import { isUnknownValueError } from "../reading/field";
import type { StackModel } from "../reading/model";
import { isNamespace, type KubernetesResource } from "../reading/resource";

/** A stack whose effects are judged. */
export interface JudgedStack extends StackModel {
  /** The resources, with the stack's patches applied. */
  readonly stack: readonly KubernetesResource[];
  /** The mesh's root namespace. */
  readonly root: string;
  /** Whether an effect that the model doesn't read is a violation: in staging and prod. */
  readonly isRestricted: boolean;
  /** The objects whose unknown effect is accepted, as messages name them. */
  readonly allowedUnread: readonly string[];
  /** Receives the resources with unknown values on which a verdict depends. */
  readonly undecided: Set<KubernetesResource>;
}

/** Judges one kind of effect. */
export type JudgeEffect = (judged: JudgedStack) => Iterable<StackViolation>;

/** The fields of an object as a message names it: `AuthorizationPolicy shop/cart`. */
export function objectText({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`;
}

/** The workloads with a sidecar about which unknown values leave nothing open, each with its resource. */
export function* sidecars({
  model,
  open,
  root,
  resourceOf,
  undecided,
}: JudgedStack): Iterable<{ readonly workload: Workload; readonly resource: KubernetesResource }> {
  for (const workload of model.workloads) {
    const resource = workload.from && resourceOf(workload.from);
    if (resource === undefined) continue;
    const about = [...open].filter((one) => mayDecide(one, resource, workload, root));
    for (const one of about) undecided.add(one);
    if (about.length === 0 && workload.proxy === "sidecar") yield { workload, resource };
  }
}

function mayDecide(
  open: KubernetesResource,
  resource: KubernetesResource,
  { namespace }: Workload,
  root: string,
): boolean {
  if (open === resource) return true;
  if (isNamespace(open.type)) return open.name === namespace;
  const isNear = open.namespace === undefined || open.namespace === namespace || open.namespace === root;
  return isNear && (open.type.group === "security.istio.io" || open.type.kind === "Service");
}

/** Whether one of these policies reports one of the resources. A fault is reported once. */
export function isReported(
  policies: readonly PlainPolicy[],
  resources: readonly (KubernetesResource | undefined)[],
): boolean {
  const given = resources.filter((resource) => resource !== undefined);
  return policies.some((policy) => findings(policy, given, {}) !== "none");
}

/** The subjects that a policy of the stack reports: `open` if unknown values decide that. */
export function findings(
  policy: PlainPolicy,
  stack: readonly KubernetesResource[],
  settings: Record<string, unknown>,
): "none" | "open" | ReturnType<PlainPolicy["findingsOf"]> {
  try {
    const found = policy.findingsOf(stack, settings);
    return found.length > 0 ? found : "none";
  } catch (error) {
    if (isUnknownValueError(error)) return "open";
    throw error;
  }
}
