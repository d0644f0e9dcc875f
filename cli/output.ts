import { isRunError } from "../components/runError";
import pc from "picocolors";
import { missingPackage } from "../program/missingPackage";
import { UserError } from "../errors/userError";

/** Writes one line for humans or machines to stdout. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one line for humans to stderr, beside the results on stdout. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a long step and shows what it is doing: a live line on a terminal, a new line at most every 15 s elsewhere.
 * Progress goes to stderr, so that stdout stays clean for results.
 *
 * @param work gets a function that replaces the text behind the title.
 */
export async function step<T>(title: string, work: (say: (text: string) => void) => Promise<T>): Promise<T> {
  const live = process.stderr.isTTY;
  let result: T | undefined;
  let last = 0;
  // Commands without long steps run without it.
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const tasks = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          result = await work((text) => {
            if (!live && Date.now() - last < 15_000) return;
            last = Date.now();
            task.output = text;
          });
        },
      },
    ],
    {
      renderer: live ? "default" : "simple",
      rendererOptions: { showErrorMessage: false, showTimer: true, logger } as never,
    },
  );
  await tasks.run();
  return result as T;
}

/** Ends the program without an error when the reader of stdout closes it, as `head` does. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      const name = stream === process.stdout ? "Standard output" : "Standard error";
      process.exit(reportError(Object.assign(error, { path: name })));
    });
  }
}

/** Errors of the operating system about paths that users name, keyed by code. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
};

function refusalOf(error: unknown): UserError | undefined {
  const { code = "", path } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = refusals[code];
  // A write to a full disk names no path.
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new UserError({
      problem: `${path ?? "A file"} can't be written: no space is left on the disk.`,
      fix: "Free space, then run the command again: it continues where it stopped.",
      cause: error,
    });
  }
  if (reason === undefined || path === undefined) return undefined;
  return new UserError({
    problem: `${path}: ${reason}.`,
    fix: "Name another path, or change the permissions of this one.",
    cause: error,
  });
}

/** Writes an error with its fix to stderr, and returns the exit code. */
export function reportError(error: unknown): number {
  const missing = missingPackage(error);
  if (missing !== undefined) {
    return reportError(
      new UserError({
        problem: `This command needs the package ${missing}, which is not installed.`,
        fix: `Install it beside meshwright: npm install ${missing}`,
      }),
    );
  }
  if (error instanceof UserError) {
    process.stderr.write(`${pc.red("error:")} ${error.problem}\n`);
    if (error.details !== undefined) process.stderr.write(`${pc.dim(error.details)}\n`);
    process.stderr.write(`${pc.green("fix:")}   ${error.fix}\n`);
    return error.exitCode;
  }
  // The program's error is a whole message for users.
  if (isRunError(error)) {
    process.stderr.write(`${pc.red("error:")} ${error.message}\n`);
    return 1;
  }
  const refused = refusalOf(error);
  if (refused) return reportError(refused);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${pc.red("error:")} ${text}\n`);
  process.stderr.write(
    `${pc.green("fix:")}   this is a bug in Meshwright; report it with the lines above.\n`,
  );
  return 70;
}

/** Left-aligned columns, as kubectl prints them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd();
  return [pc.bold(line(header)), ...rows.map(line)].join("\n");
}
