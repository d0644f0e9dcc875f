import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { UserError } from "../errors/userError";

const form = /^([^:/\\][^:]*):(?!\/\/)(.*)$/;

/** Whether an argument has the form of a git revision's path: `main:mesh.ts`. */
export function isRef(argument: string): boolean {
  return form.test(argument);
}

/** Whether git has a revision of that name, such as `main`. */
export async function isRevision(name: string): Promise<boolean> {
  if (name.startsWith("-")) return false;
  const { exitCode } = await execa("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], {
    reject: false,
  });
  return exitCode === 0;
}

/**
 * Calls a function with a file or folder of a git revision. Before, it unpacks the revision to a temporary folder, with
 * the packages installed in the working tree. Afterwards, it removes the folder.
 *
 * @param argument `<revision>:<path>`, the path relative to the current folder. Anything else is left alone.
 * @param work gets the path in the temporary folder.
 * @returns undefined for any other argument.
 * @throws {UserError} if git has no such revision or path.
 */
export async function atRef<T>(
  argument: string | undefined,
  work: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const [, revision, path] = form.exec(argument ?? "") ?? [];
  if (revision === undefined || path === undefined || existsSync(argument ?? "")) return undefined;
  const git = (...args: readonly string[]) => execa("git", args, { reject: false, encoding: "utf8" });
  const root = await git("rev-parse", "--show-toplevel");
  const commit = await git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
  if (root.exitCode !== 0 || commit.exitCode !== 0) {
    throw new UserError({
      problem:
        root.exitCode === 0
          ? `git has no revision "${revision}".`
          : `${argument ?? ""} names a git revision, and this folder is not in a git repository.`,
      fix:
        root.exitCode === 0
          ? "Name a branch, a tag or a commit: main:mesh.ts"
          : "Run the command in a git repository, or name a file or a folder.",
    });
  }
  const folder = mkdtempSync(join(tmpdir(), "meshwright-revision-"));
  try {
    const here = relative(root.stdout, process.cwd());
    const place = join(here, path);
    const archive = await execa("git", ["archive", "--format=tar", commit.stdout], {
      cwd: root.stdout,
      encoding: "buffer",
      reject: false,
    });
    if (archive.exitCode === 0) await execa("tar", ["-x", "-C", folder], { input: archive.stdout });
    if (archive.exitCode !== 0 || !existsSync(join(folder, place))) {
      throw new UserError({
        problem: `${revision} has no ${place}.`,
        fix: `List what it has: git ls-tree -r --name-only ${revision}`,
      });
    }
    linkPackages(root.stdout, folder, here);
    return await work(join(folder, place));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Links each node_modules from the root to the current folder, which the revision does not contain. */
function linkPackages(root: string, folder: string, here: string): void {
  const parts = here === "" ? [] : here.split("/");
  for (let depth = 0; depth <= parts.length; depth += 1) {
    const path = join(...parts.slice(0, depth), "node_modules");
    if (
      existsSync(join(root, path)) &&
      existsSync(join(folder, path, "..")) &&
      !existsSync(join(folder, path))
    ) {
      symlinkSync(join(root, path), join(folder, path));
    }
  }
}
