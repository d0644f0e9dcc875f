import { join } from "node:path";
import { execa } from "execa";

/** How a run of the command line ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(__dirname, "..", "..");

/** The compiled program. {@link meshwright} compiles it. */
export const meshwrightMain = join(root, "dist", "cli", "main.js");

let built: Promise<unknown> | undefined;

/** `npm run test:unit` compiles before its processes start, because two of them cannot write the same files. */
const compiled = process.env.MESHWRIGHT_COMPILED !== undefined;

/** Runs `meshwright` as its users do, compiled, as a process of its own. The first run compiles what has changed. */
export async function meshwright(
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    nodeArgs?: readonly string[];
    /** What stdin has. Default: nothing. */
    input?: string;
    /** Presses Ctrl-C as soon as stdout has that. Default: never. */
    interruptAt?: string;
  } = {},
): Promise<Ended> {
  if (!compiled) await (built ??= execa("npm", ["run", "--silent", "build"], { cwd: root }));
  const run = execa(process.execPath, [...(options.nodeArgs ?? []), meshwrightMain, ...args], {
    env: { NO_COLOR: "1", ...options.env },
    cwd: options.cwd ?? process.cwd(),
    reject: false,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
  });
  const { interruptAt } = options;
  if (interruptAt !== undefined) {
    let seen = "";
    run.stdout.on("data", (text: Buffer) => {
      seen += text.toString();
      if (seen.includes(interruptAt)) run.kill("SIGINT");
    });
  }
  const { exitCode, stdout, stderr } = await run;
  return { exitCode, stdout, stderr };
}
