import { compare } from "../catalog";

/** What a check has found: where in the catalog, what is wrong there, and how to put it right. */
export interface Finding {
  /** Stable and never reused, such as `MW103`. */
  readonly code: string;
  /** Whether it keeps the catalog from being rendered. */
  readonly severity: Severity;
  /** Where in the catalog, such as `services.web.calls.api.timeout`. */
  readonly path: string;
  /** Names the culprit and its value. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** Only errors keep a catalog from being rendered; only warnings and infos can be suppressed. */
export type Severity = "error" | "warning" | "info";

/** A finding as sentences, for whoever shows text only: where, what is wrong, and the fix. */
export function findingText({ path, message, fix }: Pick<Finding, "path" | "message" | "fix">): string {
  return `${path === "" ? "" : `${path}: `}${ended(message)} Fix: ${ended(fix)}`;
}

/** Some messages end with a question or a sentence of their own. */
function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** By path, then code, then message, so that neighbours in the catalog are neighbours in the output. */
export function compareFindings(a: Finding, b: Finding): number {
  return compare(a.path, b.path) || compare(a.code, b.code) || compare(a.message, b.message);
}
