import type { MeshDefinition } from "../catalog";
import { checkMesh } from "../mesh";
import { findingLine } from "../components/plain";
import { catalogObjects, type DeclaredObjects, objectsOf, type Plan, planOf } from "../program/plan";
import { UserError } from "../errors/userError";
import type { Subject } from "./subject";

/** All that a command can show of a catalog without a cluster. */
export interface Planned {
  readonly declared: readonly DeclaredObjects[];
  /** Missing for a file, which is a catalog and nothing else. */
  readonly plan?: Plan;
  /** Warnings and notes about the catalog, one a line. */
  readonly warnings: readonly string[];
}

/**
 * What follows from a catalog, and for a platform from its settings.
 *
 * @throws {UserError} if the catalog has errors, with all of them.
 */
export function planned({ name, catalog, settings }: Subject): Planned {
  const { findings, mesh } = checkMesh(catalog);
  if (mesh === undefined) {
    const errors = findings.filter(({ severity }) => severity === "error");
    throw new UserError({
      problem: `${name} has ${errors.length} ${errors.length === 1 ? "error" : "errors"}, so it has no objects.`,
      details: errors.map(({ code, path, message }) => `${code} ${path}: ${message}`).join("\n"),
      fix: `Mend them: meshwright check ${name}`,
    });
  }
  const warnings = findings.map(findingLine);
  if (settings === undefined) return { declared: [catalogObjects(catalog, mesh)], warnings };
  const plan = planOf(settings, {
    catalog: catalog as MeshDefinition, // a platform's own
    mesh,
    warnings,
  });
  return { declared: objectsOf(plan), plan, warnings };
}
