import type { KnownObject, Mistake } from "../../effect";
import type { Audited } from "./audited";
import type { AuditSeverity } from "./finding";

/** What a rule found. */
export interface RuleFinding {
  readonly object: KnownObject;
  /** The path of the field at fault, such as `spec.gateways[0]`. Default: the object as a whole. */
  readonly path?: string;
  readonly message: string;
  readonly fix: string;
}

/** A question that the objects don't answer. All objects with the same text are reported together. */
export interface OpenQuestion {
  readonly object: KnownObject;
  /** What is not judged, and what is missing: one or more sentences without the object. */
  readonly unknown: string;
}

/** A rule about objects of any origin. Its page states why it matters, and a test runs its examples. */
export interface AuditRule {
  readonly code: `MW${number}`;
  readonly severity: AuditSeverity;
  /** What the rule finds, as a noun. */
  readonly title: string;
  /** Why it matters, a sentence each. */
  readonly why: readonly string[];
  readonly see: { readonly title: string; readonly url: string };
  /** When to ignore a finding, as the end of "Ignore it if". Undefined: never. */
  readonly ignore?: string;
  /** Manifests with findings of this rule, and manifests without. */
  readonly examples: { readonly wrong: string; readonly right: string };
  readonly find: (audited: Audited) => Iterable<RuleFinding | OpenQuestion>;
}

/** A mistake as a finding. */
export function findingOf({ object, path, problem, fix }: Mistake): RuleFinding {
  return { object, path, message: `${capitalized(problem)}.`, fix: capitalized(fix) };
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
