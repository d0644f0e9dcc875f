import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import lockfile from "proper-lockfile";
import { packageRoot } from "./packageRoot";
import { linkerValues, type ModuleName } from "./pins";
import { makeFolder } from "./makeFolder";

/** Folder with the built programs, outside any checkout. Default: the platform's cache folder; `MESHWRIGHT_CACHE` moves it. */
export function cacheRoot(): string {
  return process.env.MESHWRIGHT_CACHE ?? envPaths("meshwright", { suffix: "" }).cache;
}

/** Folder of the Go module `module`, as shipped with this package. */
export function moduleSource(module: string): string {
  return join(packageRoot(), "toolchain", "modules", module);
}

/** Cache folder of a module's programs. */
export function moduleCache(module: ModuleName): string {
  return keyedFolder(module, linkerValues[module], [module]);
}

/**
 * A cache folder whose name contains a digest of every input of the build. So a changed pin builds into a folder of its
 * own.
 *
 * @param pins the inputs besides the files.
 * @param modules the Go modules whose files are inputs.
 */
export function keyedFolder(name: string, pins: unknown, modules: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(pins));
  for (const source of modules.map(moduleSource)) {
    for (const file of readdirSync(source, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()) {
      digest.update(file.slice(source.length)).update(readFileSync(file));
    }
  }
  const key = digest.digest("hex").slice(0, 12);
  return join(cacheRoot(), "toolchain", `${name}-${process.platform}-${process.arch}-${key}`);
}

/**
 * Runs `work` while holding the lock of `folder`, so that two runs never build the same thing at once.
 * A lock whose owner died is taken over after 30 s.
 *
 * @param onWait is called once if another run holds the lock.
 */
export async function withLock<T>(folder: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  makeFolder(folder);
  const options = { stale: 30_000, update: 5_000 };
  if (await lockfile.check(folder, options)) onWait();
  const release = await lockfile.lock(folder, {
    ...options,
    retries: { forever: true, factor: 1, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Gives `work` a folder beside the final place (so that a rename moves), and removes it and what earlier runs left. */
export async function inScratchFolder(
  cache: string,
  work: (scratch: string) => Promise<void>,
): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (entry.startsWith("scratch-")) await rm(join(cache, entry), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(cache, "scratch-"));
  try {
    await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
