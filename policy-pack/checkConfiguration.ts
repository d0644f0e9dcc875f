import { readFileSync } from "node:fs";
import type { Policies } from "@pulumi/policy";
import { policies } from "./policies";
import { isList, isObject } from "./reading/value";

/** Settings of every policy that the engine itself reads. */
const ENGINE = ["enforcementLevel"];

/**
 * Finds unknown names in a configuration: of policies, which Pulumi ignores, and of settings, which fail the run.
 *
 * @param configuration content of the file for `--policy-pack-config`
 * @returns one message per unknown name
 */
export function unknownNames(configuration: unknown, known: Policies = policies): string[] {
  if (!isObject(configuration) || isList(configuration)) {
    return ["The configuration is not a JSON object keyed by policy. Write {} for an empty one."];
  }
  return Object.entries(configuration).flatMap(([name, settings]) => {
    // The key "all" sets the enforcement level of all policies.
    if (name === "all") return [];
    const policy = known.find((one) => one.name === name);
    if (policy === undefined) {
      const names = known.map((one) => one.name).sort();
      return [`There is no policy ${name}. Use one of ${names.join(", ")}.`];
    }
    if (!isObject(settings)) return [];
    const allowed = [...ENGINE, ...Object.keys(policy.configSchema?.properties ?? {})].sort();
    return Object.keys(settings)
      .filter((setting) => !allowed.includes(setting))
      .map((setting) => `Policy ${name} has no setting ${setting}. Its settings are ${allowed.join(", ")}.`);
  });
}

function main(file: string | undefined): number {
  if (file === undefined || file === "--help") {
    process.stderr.write("usage: npm run check-configuration -- <file given with --policy-pack-config>\n");
    return file === undefined ? 2 : 0;
  }
  let configuration: unknown;
  try {
    configuration = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stderr.write(`${file} is not valid JSON: ${(error as Error).message}\n`);
    return 2;
  }
  const problems = unknownNames(configuration);
  for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

if (require.main === module) process.exitCode = main(process.argv[2]);
