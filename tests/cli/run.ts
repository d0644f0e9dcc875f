import { join } from "node:path";
import { execa } from "execa";

/** How a run of the command line ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `meshwright` from source, as a process of its own. */
export async function meshwright(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; nodeArgs?: readonly string[] } = {},
): Promise<Ended> {
  const root = join(__dirname, "..", "..");
  const main = join(root, "cli", "main.ts");
  const hooks = ["--no-experimental-strip-types", "-r", require.resolve("ts-node/register/transpile-only")];
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [...(options.nodeArgs ?? []), ...hooks, main, ...args],
    {
      env: { NO_COLOR: "1", TS_NODE_PROJECT: join(root, "tsconfig.json"), ...options.env },
      cwd: options.cwd ?? process.cwd(),
      reject: false,
      stdin: "ignore",
    },
  );
  return { exitCode, stdout, stderr };
}
