import { type AccessRule, type AccessRules, accessRules } from "./accessRules";
import type { Condition } from "./condition";
import type { Model } from "./model";
import { exactText, isReadable, matches, type Pattern } from "./pattern";
import type { TextClasses } from "./textClass";
import { every, not, some, type Truth, truth } from "./truth";
import type { Workload } from "./workload";

/**
 * Returns the classes of principals. Principals are of one class if the rules of the workloads admit and deny them the same
 * requests. Several rules that differ in their principals only do not distinguish these.
 */
export function principalClasses(model: Model, workloads: readonly Workload[]): TextClasses {
  const lists = workloads.flatMap((workload) =>
    [false, true].map((tcp) => accessRules(model, workload, tcp)),
  );
  const read = [...new Set(lists)].map(grantsOf);
  const keys = read.map(({ exact }) => exact).filter((exact) => exact !== undefined);
  return {
    nameOf: (principal) => read.map((grants) => grantsFor(grants, principal)).join("/"),
    ...(keys.length === read.length && { keys: new Set(keys.flatMap((exact) => [...exact])) }),
  };
}

/** What rules say of principals. */
interface Grants {
  readonly all: readonly Grant[];
  /** The principals that they name. Undefined if a pattern matches several. */
  readonly exact?: ReadonlySet<string>;
}

/** The requests that a rule matches, if they come from some principals. */
interface Grant {
  /** All of these have to hold. */
  readonly principals: readonly Condition[];
  /** Numbers the requests, and what is decided about them: the same number for the same. */
  readonly requests: number;
}

const cache = new WeakMap<AccessRules, Grants>();

function grantsOf(rules: AccessRules): Grants {
  const known = cache.get(rules);
  if (known) return known;
  const numbers = new Map<string, number>();
  const numberOf = (requests: unknown): number => {
    const text = JSON.stringify(requests);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const grantsIn = (list: readonly AccessRule[], action: string): Grant[] =>
    list.flatMap(({ rule: { from, to, when }, from: policy, index, provider }) => {
      // The first rule that matches names the external authorizer, so that their order counts.
      const origin = [
        action,
        policy.namespace,
        policy.name,
        provider === undefined ? "" : `${index} ${provider}`,
      ];
      return (from.length > 0 ? from : [[]]).map((conditions): Grant => {
        const [principals = [], others = []] = [true, false].map((is) =>
          [...conditions, ...when].filter((condition) => isAboutIdentity(condition) === is),
        );
        return { principals, requests: numberOf([origin, others, to]) };
      });
    });
  const { custom, deny, allow = [] } = rules;
  const all = [...grantsIn(custom, "CUSTOM"), ...grantsIn(deny, "DENY"), ...grantsIn(allow, "ALLOW")];
  const patterns = all.flatMap(({ principals }) => principals.flatMap(patternsOf));
  const exact = patterns.flatMap((pattern) => exactText(pattern) ?? []);
  const grants = { all, ...(exact.length === patterns.length && { exact: new Set(exact) }) };
  cache.set(rules, grants);
  return grants;
}

/** A condition about the principal has one pattern for each alternative, and no other aspect. */
function isAboutIdentity({ alternatives }: Condition): boolean {
  return alternatives.flat().some(({ dimension }) => dimension === "identity");
}

function patternsOf({ alternatives }: Condition): Pattern[] {
  return alternatives.flat().map(({ pattern }) => pattern);
}

/** The numbers of the requests that rules match if they come from a principal. */
function grantsFor({ all }: Grants, principal: string): string {
  const found = new Set<string>();
  for (const { principals, requests } of all) {
    const truths = principals.map((condition) => truthFor(condition, principal));
    if (truths.includes("no")) continue;
    found.add(truths.includes("unknown") ? `${requests}?` : String(requests));
  }
  return [...found].sort().join();
}

function truthFor({ alternatives, negated }: Condition, principal: string): Truth {
  const any = some(alternatives, (atoms) =>
    every(atoms, ({ pattern }) => (isReadable(pattern) ? truth(matches(pattern, principal)) : "unknown")),
  );
  return negated ? not(any) : any;
}
