import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors/userError";
import type { ExportedStack } from "../../program/stackState";

/**
 * The state of the stack that `meshwright up` has deployed to the sandbox in `state`. Undefined if there is none. No engine
 * and no passphrase are needed: secrets stay encrypted.
 *
 * @throws {UserError} if the file is damaged.
 */
export function readSandboxState(state: string): ExportedStack["deployment"] | undefined {
  const [file] = globSync(join(state, "pulumi", ".pulumi", "stacks", "*", "local.json"));
  if (file === undefined) return undefined;
  const text = readFileSync(file, "utf8");
  try {
    const { checkpoint } = JSON.parse(text) as {
      checkpoint?: { latest?: ExportedStack["deployment"] | null };
    };
    return checkpoint?.latest ?? undefined;
  } catch (error) {
    throw new UserError({
      problem: `The stack's state ${file} is damaged: ${(error as Error).message}`,
      fix: `Restore the version before: cp ${file}.bak ${file}. Then run meshwright up.`,
      cause: error,
    });
  }
}
