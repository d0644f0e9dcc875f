import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors/userError";

/**
 * Creates a folder, and its parents as far as they are missing. Node's own option `recursive` never ends below a folder such
 * as /proc, which exists and refuses every new folder as if it did not.
 *
 * @param mode permissions of the folders that are created. Default: those of Node.
 * @throws {UserError} if no folder can be created there, or a file has that name.
 */
export function makeFolder(path: string, mode?: number): void {
  const missing: string[] = [];
  let at = resolve(path);
  for (; !existsSync(at); at = dirname(at)) missing.unshift(at);
  if (!statSync(at).isDirectory()) throw refused(path, `${at} is a file`);
  missing.forEach((folder) => {
    try {
      mkdirSync(folder, mode);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process was sooner. A link that leads nowhere exists, too, and nothing can be created in it.
      if (code === "EEXIST" && existsSync(folder)) return;
      if (code !== "ENOENT" && code !== "EEXIST") throw error;
      throw refused(
        path,
        code === "EEXIST"
          ? `${folder} is a link that leads nowhere`
          : `no folder can be created in ${dirname(folder)}`,
        error,
      );
    }
  });
}

function refused(path: string, reason: string, cause?: unknown): UserError {
  return new UserError({
    problem: `${resolve(path)} can't be created: ${reason}.`,
    fix: "Name another folder.",
    cause,
  });
}
