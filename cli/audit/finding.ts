import type { ObjectName } from "../../effect";

export { titleOf } from "../../effect";

/** How much a finding matters: an error fails the command, a warning only with `--strict`, an info never. */
export type AuditSeverity = "error" | "warning" | "info";

/** What a rule or a policy found, before its place in the files is known. */
export interface Found {
  /** Code of the rule, such as `MW922`, or name of the policy. */
  readonly code: string;
  readonly severity: AuditSeverity;
  /** The object at fault. Undefined if the finding is about all objects, or about a file. */
  readonly object?: ObjectName;
  /** The path of the field at fault, such as `spec.gateways[0]`. Undefined for the object as a whole. */
  readonly path?: string;
  /** One or more sentences. */
  readonly message: string;
  /** The fix as an instruction. Undefined if it is part of the message, or if there is nothing to fix. */
  readonly fix?: string;
}

/** A finding with its place. */
export interface AuditFinding extends Found {
  /** The file as it was named, `stdin`, or undefined for a cluster. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** Names in a sentence: at most five, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
