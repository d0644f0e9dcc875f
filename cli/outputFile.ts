import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors/userError";

/**
 * Writes a file that an option names.
 *
 * @throws {UserError} if it can't be written.
 */
export function writeOutput(file: string, content: string): void {
  try {
    writeFileSync(resolve(file), content);
  } catch (error) {
    throw refused(file, error);
  }
}

/**
 * Verifies that a file can be written, before the work whose result it is for.
 *
 * @throws {UserError} if its folder is missing, or the file is a folder or read-only.
 */
export function checkOutput(file: string): void {
  const path = resolve(file);
  try {
    if (existsSync(path) && statSync(path).isDirectory()) {
      throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    }
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw refused(file, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist, or no file can be created there",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
};

function refused(file: string, error: unknown): UserError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new UserError({
    problem: `${file} can't be written: ${reasons[code] ?? message}.`,
    fix: "Name another file, or create its folder.",
    cause: error,
  });
}
