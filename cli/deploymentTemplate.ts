import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../toolchain/packageRoot";
import { type Template, templateFiles } from "./deploymentFiles";

/** Reads the template from this package. */
export function deploymentTemplate(): Template {
  return Object.fromEntries(
    templateFiles.map((file) => [file, readFileSync(join(packageRoot(), "deployments", file), "utf8")]),
  ) as Template;
}
