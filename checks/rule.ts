import type { Mesh, MeshDefinition } from "../catalog";
import type { PlainObject } from "../effect";
import type { Severity } from "./finding";
import type { Page } from "./pages";
import type { IsWritten } from "./written";

/** The texts of a finding. Each rule's file exports functions from the values to these texts, which tests call too. */
export interface Text {
  /** What is wrong, and with which value. */
  readonly message: string;
  /** An instruction. */
  readonly fix: string;
}

/** A finding without its code and severity, which are the rule's. */
export interface Report extends Text {
  readonly path: string;
}

/** Whether a value at or below a path of the catalog has the wrong form or is missing. */
export type HasFailed = (path: string) => boolean;

interface RuleBase {
  /** Stable and never reused. */
  readonly code: `MW${number}`;
  /** One line: what holds when the rule is kept. */
  readonly title: string;
  /** What goes wrong in the cluster when the rule is broken, in two or three sentences. */
  readonly why: readonly string[];
  /** The page that explains what the rule relies on. */
  readonly see: Page;
  /** The smallest catalogs that break and keep the rule; documentation shows them and tests run them. */
  readonly examples: { readonly wrong: unknown; readonly right: unknown };
}

/** Errors can't be suppressed. Of every other rule it is known when a suppression is justified. */
type Suppressible =
  | { readonly severity: "error"; readonly suppress?: never }
  | {
      readonly severity: Exclude<Severity, "error">;
      /** When to suppress the finding: the end of a sentence that begins with "Suppress it, with the reason, if". */
      readonly suppress: string;
    };

/**
 * Checks a catalog before its defaults are resolved: names, references and sums. Invalid values are left out of the
 * definition; `isWritten` tells whether they were declared.
 */
export type DefinitionRule = RuleBase &
  Suppressible & {
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
  };

/** Checks a catalog with its defaults resolved: timeouts, limits and the call graph. */
export type MeshRule = RuleBase &
  Suppressible & {
    readonly stage: "mesh";
    readonly check: (mesh: Mesh, hasFailed: HasFailed) => Iterable<Report>;
  };

/** What a mesh is rendered to. The renderers lie downstream, so the caller of the checks passes these functions. */
export interface Rendered {
  /** Names the objects, by kind: `<namespace>/<name>`, or the name alone for an object without a namespace. */
  readonly names: (mesh: Mesh) => ReadonlyMap<string, readonly string[]>;
  /** Returns the objects without the overrides. */
  readonly objects: (mesh: Mesh) => readonly PlainObject[];
  /** Returns the objects with overrides merged into those that they name. */
  readonly patched: (objects: readonly PlainObject[], overrides: Mesh["overrides"]) => readonly PlainObject[];
}

/** Checks what a catalog says about its rendered objects. */
export type ObjectRule = RuleBase &
  Suppressible & {
    readonly stage: "objects";
    readonly check: (mesh: Mesh, rendered: Rendered, hasFailed: HasFailed) => Iterable<Report>;
  };

/** A rule that is checked while the structure is read. Its fixes are those of the schema. */
export interface StructureRule extends RuleBase {
  readonly severity: "error";
  readonly stage: "structure";
}

/** The rule about suppressions, which is checked after all others. */
export interface SuppressionRule extends RuleBase {
  readonly severity: "warning";
  readonly stage: "suppression";
}

/** A rule for catalogs, by the stage at which it is checked. */
export type Rule = StructureRule | DefinitionRule | MeshRule | ObjectRule | SuppressionRule;
