import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { execa, ExecaError } from "execa";
import semver from "semver";
import { parseVersion } from "./find";
import { goVersion } from "./pins";
import { UserError } from "../errors/userError";

// Debug information and a small heap for the compiler cost about a third of the build's time; neither serves a sandbox.
const buildEnvironment = { CGO_ENABLED: "0", GOGC: "400", GOFLAGS: "-buildvcs=false", GOWORK: "off" };

/** Folder of a downloaded Go module that the go.mod in `from` pins. */
export async function moduleFolder(goModule: string, from: string, log: string): Promise<string> {
  const answer = await go(["mod", "download", "-json", goModule], from, log);
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

/**
 * Makes sure that there is a Go to build with.
 *
 * @throws {UserError} if it is missing or too old.
 */
export async function requireGo(): Promise<void> {
  const fix = `Install Go ${goVersion} or newer (https://go.dev/dl), so that \`go version\` prints it, and run the command again.`;
  const version = await execa("go", ["version"], { reject: false });
  const found = version.failed ? undefined : parseVersion(version.stdout);
  if (found === undefined) {
    throw new UserError({
      problem: "Go is needed to build the sandbox's programs, and `go` is not on PATH.",
      fix,
    });
  }
  // An older go command fetches the toolchain that go.mod asks for, unless told not to.
  if (semver.lt(found, goVersion) && process.env.GOTOOLCHAIN === "local") {
    throw new UserError({
      problem: `Go ${goVersion} is needed to build the sandbox's programs; this is ${found}.`,
      fix,
    });
  }
}

/** Runs the go command in `cwd` and returns its stdout; `onPackage` is called for every package that it compiles. */
export async function go(args: string[], cwd: string, log: string, onPackage?: () => void): Promise<string> {
  return run("go", args, cwd, log, onPackage);
}

/**
 * Runs `program` in `cwd` and returns its stdout. All its output goes to `log`.
 *
 * @throws {UserError} with the last lines of its stderr if it fails.
 */
export async function run(
  program: string,
  args: string[],
  cwd: string,
  log: string,
  onErrorLine?: () => void,
): Promise<string> {
  const child = execa(program, args, { cwd, env: buildEnvironment, buffer: { stdout: true, stderr: false } });
  const file = createWriteStream(log, { flags: "a" });
  file.write(`$ ${program} ${args.join(" ")}\n`);
  child.stderr.pipe(file);
  const tail: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    tail.push(line);
    if (tail.length > 12) tail.shift();
    onErrorLine?.();
  });
  try {
    return (await child).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new UserError({
      problem: `\`${basename(program)} ${args.slice(0, 2).join(" ")} …\` failed (${error.shortMessage.slice(0, 200)}).`,
      details: tail.join("\n"),
      fix: `The whole output is in ${log}. If a download failed, check the network and GOPROXY; if the disk is full, free 10 GB. Then run the command again: what is finished is kept.`,
      cause: error,
    });
  }
}
