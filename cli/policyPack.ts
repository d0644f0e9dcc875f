import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors/userError";

const packageName = "@meshwright/policy-pack";

/**
 * Returns the folder of the policy pack: the given one, or `policy-pack` in `folder`, or the installed package.
 *
 * @throws {UserError} if there is none, or if it is not compiled.
 */
export function findPolicyPack(folder: string, given?: string): string {
  const pack = given === undefined ? (own(folder) ?? installed(folder)) : resolve(folder, given);
  if (pack === undefined) {
    throw new UserError({
      problem: `There is no policy pack: neither ${join(folder, "policy-pack")} nor the package ${packageName} is there.`,
      fix: `Install the package ${packageName} in the project, or name a folder: meshwright up --policy-pack <dir>`,
    });
  }
  if (!isPack(pack)) {
    throw new UserError({
      problem: `There is no policy pack in ${pack}: PulumiPolicy.yaml is missing.`,
      fix: "Name its folder: meshwright up --policy-pack <dir>",
    });
  }
  return pack;
}

function own(folder: string): string | undefined {
  const path = join(folder, "policy-pack");
  return isPack(path) ? path : undefined;
}

function installed(folder: string): string | undefined {
  try {
    return dirname(createRequire(join(folder, "package.json")).resolve(`${packageName}/PulumiPolicy.yaml`));
  } catch {
    return undefined;
  }
}

function isPack(path: string): boolean {
  return existsSync(join(path, "PulumiPolicy.yaml"));
}
