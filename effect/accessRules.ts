import { isWide } from "./selection";
import { attached } from "./attachment";
import type { Atom } from "./condition";
import { fieldsAt, fieldsOf, textAt } from "./field";
import type { Model } from "./model";
import { type KnownObject, nameOf, type ObjectName } from "./object";
import { perWorkload } from "./perWorkload";
import { type PolicyRule, readRule } from "./policyRule";
import type { Workload } from "./workload";

/** A rule of a policy, and where it is written. */
export interface AccessRule {
  readonly rule: PolicyRule;
  readonly from: ObjectName;
  /** Index of the rule in the policy. */
  readonly index: number;
  /** Of a rule with the action CUSTOM: the name of the extension provider that decides. */
  readonly provider?: string;
}

/** The rules that apply to a workload, by the order in which its proxy judges them. */
export interface AccessRules {
  /** Requests that an external authorizer decides. */
  readonly custom: readonly AccessRule[];
  readonly deny: readonly AccessRule[];
  /** Undefined without a policy that allows: then everything that is not denied is allowed. */
  readonly allow: readonly AccessRule[] | undefined;
  /** Policies that allow, also those without rules; those that select pods first, those of the root namespace last. */
  readonly allowing: readonly ObjectName[];
}

/**
 * Returns the rules that a workload's proxy applies, to requests or, with `tcp`, to connections of which it sees no
 * requests. Policies with the annotation `istio.io/dry-run: "true"` and of the action AUDIT decide nothing.
 *
 * @param dryRun true for the rules of the policies with that annotation instead.
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function accessRules(model: Model, workload: Workload, tcp: boolean, dryRun = false): AccessRules {
  const known = rulesOf(model, workload);
  const index = (tcp ? 1 : 0) + (dryRun ? 2 : 0);
  return (known[index] ??= readRules(model, workload, tcp, dryRun));
}

/** The rules of requests and of connections, then those of policies that are not enforced. */
const rulesOf = perWorkload((): (AccessRules | undefined)[] => []);

/** Workloads with the same policies have the same rules. */
const cache = new WeakMap<Model, Map<string, AccessRules>>();

function readRules(model: Model, workload: Workload, tcp: boolean, dryRun: boolean): AccessRules {
  const policies = attached(model, "AuthorizationPolicy", "security.istio.io", workload).filter(
    ({ annotations }) => isTrue(annotations["istio.io/dry-run"]) === dryRun,
  );
  const known = cache.get(model) ?? new Map<string, AccessRules>();
  cache.set(model, known);
  const key = `${String(tcp)} ${policies.map(({ namespace, name }) => `${namespace}/${name}`).join()}`;
  const rules = known.get(key) ?? rulesIn(model, policies, tcp);
  known.set(key, rules);
  return rules;
}

function rulesIn(model: Model, policies: readonly KnownObject[], tcp: boolean): AccessRules {
  const of = (action: string): KnownObject[] =>
    policies.filter(({ spec }) => (textAt(spec, "action") ?? "ALLOW") === action);
  const read = (policy: KnownObject, strict: boolean): AccessRule[] => {
    const list = fieldsOf(policy.spec).rules;
    return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((one, index) => {
      const context = { namespace: policy.namespace, strict, tcp, settings: model.settings };
      const rule = readRule(fieldsAt({ one }, "one"), context);
      const provider = textAt(fieldsAt(policy.spec, "provider"), "name");
      return rule ? [{ rule, from: nameOf(policy), index, ...(provider !== undefined && { provider }) }] : [];
    });
  };
  // Which of them is named does not depend on the order of the objects, which differs between catalogs and clusters.
  const width = (one: KnownObject): number => widthOf(one, model.settings.rootNamespace);
  const allowing = of("ALLOW").sort(
    (a, b) => width(a) - width(b) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
  return {
    custom: of("CUSTOM").flatMap((policy) => read(policy, false)),
    deny: of("DENY").flatMap((policy) => read(policy, false)),
    allow: allowing.length > 0 ? allowing.flatMap((policy) => read(policy, true)) : undefined,
    allowing: allowing.map(nameOf),
  };
}

/** Returns every pattern of the rules, with the aspect of requests that it is about. */
export function atomsOf({ custom, deny, allow = [] }: AccessRules): Atom[] {
  return [...custom, ...deny, ...allow].flatMap(({ rule: { from, to, when } }) =>
    [...from.flat(), ...to.flat(), ...when].flatMap(({ alternatives }) => alternatives.flat()),
  );
}

/** How many pods a policy applies to: those that it selects, those of a namespace, or all. */
function widthOf(policy: KnownObject, rootNamespace: string): number {
  if (policy.namespace === rootNamespace) return 2;
  return isWide(policy) ? 1 : 0;
}

/** The texts that Go reads as true: https://pkg.go.dev/strconv#ParseBool */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ["1", "t", "T", "TRUE", "true", "True"].includes(text);
}
