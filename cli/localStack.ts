import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../program/settings";
import { UserError } from "../errors/userError";
import { ours, type Project, settingsOf, stackConfig } from "./project";
import { readSettingsFile, stackFile } from "./settingsFile";

/** The stack that `meshwright up` deploys to the sandbox. */
export const localStack = "local";

/** The stack whose file in the current folder configures {@link localStack}. Undefined without such a file. */
export function configuredStack(): string | undefined {
  return existsSync(`Pulumi.${localStack}.yaml`) ? localStack : undefined;
}

/** Files that `meshwright up` writes beside the state of a sandbox: the stack's configuration, and that of the policy pack. */
export function localStackFiles(state: string): { readonly configFile: string; readonly policies: string } {
  const folder = join(state, "project");
  return {
    configFile: join(folder, `Pulumi.${localStack}.yaml`),
    policies: join(folder, "policies.json"),
  };
}

/** Settings that only the sandbox knows. They hold whatever the project's own file says. */
const ofSandbox = ["chartRepository", "istioVersion", "webhooks"];

/**
 * Reads the settings with which the next `meshwright up` deploys the project of the current folder to a sandbox.
 *
 * @param platform name of the platform. Default: that of `Pulumi.local.yaml`.
 * @param state folder of the sandbox.
 * @throws {UserError} if nothing has been deployed to the sandbox yet.
 */
export function localSettings(project: Project, platform: string | undefined, state: string): Settings {
  const { configFile } = localStackFiles(state);
  if (!existsSync(configFile)) {
    throw new UserError({
      problem: `Nothing has been deployed to the sandbox in ${state} yet.`,
      fix: "Deploy it: meshwright up, or name a stack: --stack <name>",
    });
  }
  const last = ours(readSettingsFile(configFile, stackFile).config);
  const own = configuredStack() === undefined ? {} : stackConfig(project.folder, localStack);
  const addresses = Object.fromEntries(Object.entries(last).filter(([key]) => ofSandbox.includes(key)));
  return settingsOf(project, platform, { ...last, ...own, ...addresses });
}
