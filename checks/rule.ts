import type { Mesh, MeshDefinition } from "../catalog";
import type { Severity } from "./finding";
import type { IsWritten } from "./written";

/** What a rule says about one place; its code and severity are the rule's. */
export interface Report {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** Whether a value at or below a path of the catalog has the wrong form or is missing. */
export type HasFailed = (path: string) => boolean;

interface RuleBase {
  /** Stable and never reused. */
  readonly code: `MW${number}`;
  readonly severity: Severity;
  /** One line: what holds when the rule is kept. */
  readonly title: string;
  /** The smallest catalogs that break and keep the rule; documentation shows them and tests run them. */
  readonly examples: { readonly wrong: unknown; readonly right: unknown };
}

/**
 * Judges a catalog as it is written: names, references and sums. What doesn't have its field's form is left
 * out of the definition; `isWritten` still knows whether it was declared.
 */
export interface DefinitionRule extends RuleBase {
  readonly stage: "definition";
  readonly check: (
    definition: MeshDefinition,
    isWritten: IsWritten,
    hasFailed: HasFailed,
  ) => Iterable<Report>;
  /**
   * The rule reports that something is missing in the whole catalog. It is not checked while a value of the catalog has
   * the wrong form, because that value may be what is missing. Default: it is checked.
   */
  readonly needsWhole?: true;
}

/** Judges a catalog with its defaults resolved: times, limits and what follows from the call graph. */
export interface MeshRule extends RuleBase {
  readonly stage: "mesh";
  readonly check: (mesh: Mesh, hasFailed: HasFailed) => Iterable<Report>;
}

/** Codes that the reader of the structure gives; its messages come from the schema. */
export interface StructureRule extends RuleBase {
  readonly stage: "structure";
}

/** The code that the suppressions give, after everything else. */
export interface SuppressionRule extends RuleBase {
  readonly stage: "suppression";
}

/** A rule that catalogs are held against, by the stage at which it judges. */
export type Rule = StructureRule | DefinitionRule | MeshRule | SuppressionRule;
