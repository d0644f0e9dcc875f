import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, fchownSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { makeFolder } from "../../toolchain/makeFolder";

/** User and group of a process, or root if absent. */
export interface Identity {
  readonly user: number;
  readonly group: number;
}

/** A process of the laboratory. */
export interface LabProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File of its output. */
  readonly log: string;
  /** Network namespace, as a file. Default: that of the laboratory. */
  readonly network?: string;
  readonly identity?: Identity;
  /** Whether it has an IPC channel, for a Node.js program. Default: false. */
  readonly ipc?: boolean;
}

/** Starts a process. Its output is appended to its log. */
export function start({
  program,
  args,
  env,
  cwd,
  log,
  network,
  identity,
  ipc = false,
}: LabProcess): ChildProcess {
  const output = openSync(log, "a");
  // A proxy opens its standard output again, as its own user.
  if (identity !== undefined) fchownSync(output, identity.user, identity.group);
  const command = [
    ...(network === undefined ? [] : ["nsenter", `--net=${network}`]),
    ...(identity === undefined
      ? []
      : [
          "setpriv",
          `--reuid=${identity.user}`,
          `--regid=${identity.group}`,
          "--clear-groups",
          "--inh-caps=-all",
        ]),
    program,
    ...args,
  ];
  const [first = program, ...rest] = command;
  const child = spawn(first, rest, {
    env: { PATH: process.env.PATH, ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", output, output, ...(ipc ? (["ipc"] as const) : [])],
  });
  closeSync(output);
  return child;
}

const execute = promisify(execFile);

/**
 * Runs a command to its end and returns its output.
 *
 * @throws Error with the end of its error output.
 */
export async function run(
  program: string,
  args: readonly string[],
  { input, env }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const running = execute(program, [...args], {
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { readonly stderr?: string };
    throw new Error(`${program} ${args.slice(0, 2).join(" ")}: ${(stderr || message).trim().slice(-2000)}`, {
      cause: error,
    });
  }
}

/** Waits until `done` returns true. @throws Error that names `what` after `patience` milliseconds. */
export async function until(
  what: string,
  done: () => Promise<boolean> | boolean,
  patience: number,
  pause = 100,
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`${what} took longer than ${patience / 1000} s`);
    await sleep(pause);
  }
}

/** The last lines of a log. */
export function tail(log: string, lines = 8): string {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

/** Path of a log in `folder`, which is created. */
export function logIn(folder: string, name: string): string {
  makeFolder(folder);
  return join(folder, `${name}.log`);
}

/** The signal that ended a program, by the exit code of the shell that ran it. Undefined if none did. */
export function signalIn(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
}
