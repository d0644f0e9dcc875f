import { readFileSync } from "node:fs";
import type { Policies } from "@pulumi/policy";
import { policies } from "./policies";

/** Settings that the engine itself knows for every policy. */
const ENGINE = ["enforcementLevel"];

/**
 * Names in a configuration that mean nothing: of policies, which Pulumi ignores, and of settings, which would stop the
 * run that first meets them.
 *
 * @param configuration as `--policy-pack-config` takes it
 * @returns one sentence each; none if all are known
 */
export function unknownNames(configuration: unknown, known: Policies = policies): string[] {
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) {
    return ["The configuration is not an object of policies: write {} for none."];
  }
  return Object.entries(configuration as Record<string, unknown>).flatMap(([name, settings]) => {
    // The level of all policies at once.
    if (name === "all") return [];
    const policy = known.find((one) => one.name === name);
    if (policy === undefined) {
      const names = known.map((one) => one.name).sort();
      return [`There is no policy ${name}. Name one of ${names.join(", ")}.`];
    }
    if (typeof settings !== "object" || settings === null) return [];
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
    process.stderr.write(`${file} can't be read as JSON: ${(error as Error).message}\n`);
    return 2;
  }
  const problems = unknownNames(configuration);
  for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

if (require.main === module) process.exitCode = main(process.argv[2]);
