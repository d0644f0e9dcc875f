import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import lockfile from "proper-lockfile";
import { z } from "zod";
import { UserError } from "../errors/userError";
import { ownPlace, type ProcessPlace, relationOf } from "./processPlace";
import { identify, isAlive, type ProcessIdentity } from "./processIdentity";
import { writeJson } from "./state";
import { makeFolder } from "../toolchain/makeFolder";

const place = z.object({
  host: z.string(),
  machine: z.string(),
  boot: z.string(),
  pidNamespace: z.string(),
});
const holder = z.object({
  pid: z.number(),
  startTime: z.string(),
  command: z.string(),
  since: z.string(),
  place: place.optional(),
});

/** The process that holds a sandbox's lock. */
export interface Holder extends ProcessIdentity {
  /** The command that it runs, such as `meshwright up`. */
  readonly command: string;
  /** When it got the lock, in ISO 8601. */
  readonly since: string;
  /** Where its number means this process. Undefined in files of earlier versions: then it is this place. */
  readonly place?: ProcessPlace;
}

/**
 * Runs `work` while this process holds the lock of the sandbox in `state`. Commands that change a sandbox or its stack hold
 * it, so that two of them never run at once. The lock file is beside the folder, because `down` removes the folder.
 *
 * A lock whose process has ended is taken over. A process is compared by its number and its start time, so a later process
 * of the same number does not hold the lock. A process of another machine or container can't be looked up, so its lock is
 * never taken over.
 *
 * @param command the command that this process runs, for the message of a second caller.
 * @throws {UserError} if another process holds the lock. It names the process and the time. Nothing was changed.
 */
export async function withRunLock<T>(state: string, command: string, work: () => Promise<T>): Promise<T> {
  const file = lockFile(state);
  const self = identify(process.pid);
  if (self === undefined) throw new Error("This process has no start time.");
  const here = ownPlace();
  const own: Holder = { ...self, command, since: new Date().toISOString(), place: here };
  await exclusively(file, () => {
    const other = readHolder(file);
    if (other !== undefined) refuse(other, here, resolve(state));
    writeJson(file, own);
  });
  try {
    return await work();
  } finally {
    if (readHolder(file)?.startTime === own.startTime) rmSync(file, { force: true });
  }
}

/** Path of the lock file of the sandbox in `state`. */
export function lockFile(state: string): string {
  return `${resolve(state)}.run.json`;
}

/** Reads and writes of the lock file by two processes do not overlap. */
async function exclusively(file: string, work: () => void): Promise<void> {
  makeFolder(dirname(file));
  const release = await lockfile.lock(file, {
    realpath: false,
    stale: 5_000,
    retries: { forever: true, minTimeout: 50, maxTimeout: 50 },
  });
  try {
    work();
  } finally {
    await release();
  }
}

/** The holder that the file names, alive or not. Undefined without a file, and for a file of another content. */
function readHolder(file: string): Holder | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { place, ...rest } = holder.parse(JSON.parse(readFileSync(file, "utf8")));
    return { ...rest, ...(place && { place }) };
  } catch {
    return undefined;
  }
}

/** @throws {UserError} if the holder is alive, or may be. */
function refuse({ place, ...other }: Holder, here: ProcessPlace, state: string): void {
  const relation = place === undefined ? "same" : relationOf(here, place);
  if (relation === "rebooted" || (relation === "same" && !isAlive(other))) return;
  const { pid, command, since } = other;
  const where =
    relation === "same" || place === undefined ? "" : ` of another machine or container (${place.host})`;
  throw new UserError({
    problem: `\`${command}\` is at work on the sandbox ${state}: process ${pid}${where}, since ${since}. Nothing was changed.`,
    fix:
      where === ""
        ? `Run the command again when that process has ended. To end it: kill ${pid}. To start another sandbox: --state <dir>`
        : `Run the command there, or start another sandbox: --state <dir>. If that process has ended, remove ${lockFile(state)}, then run the command again.`,
  });
}
