import { checkCatalog, type CheckResult } from "../checks";
import { rendered } from "./renderMesh";

/**
 * Checks a whole catalog, including its overrides: they must name objects that it renders, and what they change in effect
 * is reported.
 *
 * @param definition the result of `defineMesh`, or any other value, such as parsed JSON or YAML.
 * @returns all findings, and the catalog to render if none of them is an error. It never throws for a wrong value.
 */
export function checkMesh(definition: unknown): CheckResult {
  return checkCatalog(definition, rendered);
}
