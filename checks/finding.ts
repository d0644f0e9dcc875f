import { compare } from "../catalog";

/** A finding of a check: where in the catalog, what is wrong there, and how to fix it. */
export interface Finding {
  /** Stable and never reused, such as `MW103`. */
  readonly code: string;
  /** An error prevents rendering. */
  readonly severity: Severity;
  /** Path in the catalog, such as `services.web.calls.api.timeout`. */
  readonly path: string;
  /** What is wrong, with the value. */
  readonly message: string;
  /** How to fix it: an instruction. */
  readonly fix: string;
}

/** Only errors prevent rendering. Only warnings and infos can be suppressed. */
export type Severity = "error" | "warning" | "info";

/** A finding as plain sentences: where, what is wrong, and the fix. */
export function findingText({ path, message, fix }: Pick<Finding, "path" | "message" | "fix">): string {
  return `${path === "" ? "" : `${path}: `}${ended(message)} Fix: ${ended(fix)}`;
}

/** Adds a period, unless the text already ends with one or with a question mark. */
function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** Sorts by path, then code, then message, so that findings of one service are listed together. */
export function compareFindings(a: Finding, b: Finding): number {
  return compare(a.path, b.path) || compare(a.code, b.code) || compare(a.message, b.message);
}
