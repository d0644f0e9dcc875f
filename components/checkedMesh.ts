import { type CheckedMesh, type Finding, findingText } from "../checks";
import { checkMesh } from "../mesh";
import { runError } from "./runError";

/**
 * Checks a catalog and returns it for rendering, with its warnings as text.
 *
 * @param name name of the catalog in messages.
 * @throws {pulumi.RunError} with every finding if one of them is an error.
 */
export function checkedMesh(name: string, catalog: unknown): { mesh: CheckedMesh; warnings: string[] } {
  const { findings, mesh } = checkMesh(catalog);
  if (mesh !== undefined) return { mesh, warnings: findings.map(findingLine) };
  const errors = findings.filter(({ severity }) => severity === "error").length;
  throw runError(
    [
      `The catalog "${name}" has ${errors} ${errors === 1 ? "error" : "errors"}; nothing was registered.`,
      ...findings.map(findingLine),
    ].join("\n"),
  );
}

/** Returns a finding as one line. */
export function findingLine(finding: Finding): string {
  return `${finding.severity} ${finding.code} ${findingText(finding)}`;
}
