import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors/userError";

/**
 * Creates a folder, and its parents as far as they are missing. Node's own option `recursive` never ends below a folder such
 * as /proc, which exists and refuses every new folder as if it did not.
 *
 * @param mode permissions of the folders that are created. Default: those of Node.
 * @throws {UserError} if no folder can be created there.
 */
export function makeFolder(path: string, mode?: number): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  missing.forEach((folder) => {
    try {
      mkdirSync(folder, mode);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process was sooner. A link that leads nowhere exists, too, and nothing can be created in it.
      if (code === "EEXIST" && existsSync(folder)) return;
      if (code !== "ENOENT" && code !== "EEXIST") throw error;
      throw new UserError({
        problem: `${resolve(path)} can't be created: ${code === "EEXIST" ? `${folder} is a link that leads nowhere` : `no folder can be created in ${dirname(folder)}`}.`,
        fix: "Name another folder.",
        cause: error,
      });
    }
  });
}
