import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policyFiles } from "./commands";
import type { PolicyConfiguration, PublishedPack } from "./settings";
import type { DeploymentTable, StackPolicy } from "./table";

/** The project's folder, relative to this program's: the folder of its `Pulumi.yaml`. */
const projectFolder = "..";

/** Reads the pack's name and version from the folder that the table names. */
export function publishedPack({ policyPack }: DeploymentTable): PublishedPack {
  const sourcePath = join(projectFolder, policyPack);
  const { version } = readJson(join(sourcePath, "package.json")) as { version: string };
  return { name: "meshwright", version, sourcePath };
}

/** Reads a stack's configuration of the policy pack: the preset, and the stack's own settings merged over it. */
export function policyConfiguration(
  { policyPack }: DeploymentTable,
  policy: StackPolicy,
): PolicyConfiguration {
  return policyFiles(policyPack, policy)
    .map((file) => readJson(join(projectFolder, file)))
    .reduce(merge, {});
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(__dirname, path), "utf8")) as Record<string, unknown>;
}

/** Merges as jq's `*` does: objects key by key, anything else is replaced. */
function merge(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
