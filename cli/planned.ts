import type { MeshDefinition } from "../catalog";
import { checkMesh } from "../mesh";
import type { CheckedMesh, Finding } from "../checks";
import { findingLine } from "../components/plain";
import { catalogObjects, type DeclaredObjects, objectsOf, type Plan, planOf } from "../program/plan";
import { UserError } from "../errors/userError";
import type { Subject } from "./subject";

/** The plan of a catalog, or of a platform with its settings. No cluster is needed for it. */
export interface Planned {
  readonly mesh: CheckedMesh;
  readonly declared: readonly DeclaredObjects[];
  /** The plan of the stack. Missing for a file, which has no settings. */
  readonly plan?: Plan;
  /** Warnings and notes about the catalog, one a line. */
  readonly warnings: readonly string[];
}

/**
 * Plans a catalog, and for a platform the whole stack.
 *
 * @throws {UserError} if the catalog has errors, with all of them.
 */
export function planned({ name, catalog, settings }: Subject): Planned {
  const { findings, mesh } = checkedMesh({ name, catalog });
  const warnings = findings.map(findingLine);
  if (settings === undefined) return { mesh, declared: [catalogObjects(catalog, mesh)], warnings };
  const plan = planOf(settings, {
    catalog: catalog as MeshDefinition, // a platform's own
    mesh,
    warnings,
  });
  return { mesh, declared: objectsOf(plan), plan, warnings };
}

/**
 * Checks a catalog.
 *
 * @returns the mesh, and the findings that are no errors.
 * @throws {UserError} if the catalog has errors, with all of them.
 */
export function checkedMesh({ name, catalog }: Pick<Subject, "name" | "catalog">): {
  readonly mesh: CheckedMesh;
  readonly findings: readonly Finding[];
} {
  const { findings, mesh } = checkMesh(catalog);
  if (mesh !== undefined) return { mesh, findings };
  const errors = findings.filter(({ severity }) => severity === "error");
  throw new UserError({
    problem: `${name} has ${errors.length} ${errors.length === 1 ? "error" : "errors"}, so it is not rendered.`,
    details: errors.map(({ code, path, message }) => `${code} ${path}: ${message}`).join("\n"),
    fix: `Fix them: meshwright check ${name}`,
  });
}
