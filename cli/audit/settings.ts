import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors/userError";
import { unknownNames } from "../../policy-pack/checkConfiguration";
import { packageRoot } from "../../toolchain/packageRoot";
import { settingsText } from "../settingsFile";
import type { PolicySettings } from "./policies";

/** The presets of the policy pack. */
export const presets = ["dev", "staging", "prod"] as const;

/**
 * The settings of the policies: a preset, with the organization's own on top.
 *
 * @param file JSON, as `pulumi up --policy-pack-config` takes it. Default: none.
 * @throws {UserError} if the file can't be read, or names an unknown policy or setting.
 */
export function policySettings(preset: (typeof presets)[number], file?: string): PolicySettings {
  return withOwn(readPreset(preset), file);
}

/**
 * The settings of the policies as the pack itself has them in a stack of that environment, with the organization's own on top.
 *
 * @param file as for {@link policySettings}.
 */
export function stackPolicySettings(environment: (typeof presets)[number], file?: string): PolicySettings {
  const base = Object.entries(readPreset(environment)).flatMap(([name, settings]) =>
    "environment" in settings ? [[name, { environment }] as const] : [],
  );
  return withOwn(Object.fromEntries(base), file);
}

function withOwn(base: PolicySettings, file: string | undefined): PolicySettings {
  if (file === undefined) return base;
  const own = readSettings(file);
  return {
    ...base,
    ...Object.fromEntries(
      Object.entries(own).map(([name, given]) => [name, { ...base[name], ...levelOf(given) }]),
    ),
  };
}

function readPreset(preset: (typeof presets)[number]): PolicySettings {
  const path = join(packageRoot(), "policy-pack", "presets", `${preset}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as PolicySettings;
}

/** A text in place of settings is a level, as Pulumi reads it. */
function levelOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === "string"
    ? { enforcementLevel: given }
    : (given as Readonly<Record<string, unknown>>);
}

function readSettings(file: string): Readonly<Record<string, unknown>> {
  const fix = "Name a JSON file, as pulumi up --policy-pack-config takes it: policy-pack/docs/ci.md";
  if (!existsSync(file)) throw new UserError({ problem: `${file} does not exist.`, fix });
  const text = settingsText(file);
  let own: unknown;
  try {
    own = JSON.parse(text);
  } catch (error) {
    throw new UserError({ problem: `${file} is not JSON: ${(error as Error).message}`, fix, cause: error });
  }
  const unknown = unknownNames(own);
  if (unknown.length > 0) {
    throw new UserError({
      problem: `${file} has settings that no policy has.`,
      details: unknown.join("\n"),
      fix: "Correct the names: policy-pack/docs/policies",
    });
  }
  return own as Readonly<Record<string, unknown>>;
}
