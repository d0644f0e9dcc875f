import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { packageRoot } from "../toolchain/cache";
import { checkCommand } from "./check";
import { downCommand } from "./down";
import { explainCommand } from "./explain";
import { openCommand } from "./open";
import { reportError } from "./output";
import { purgeCommand } from "./purge";
import { renderCommand } from "./render";
import { sandboxCommand } from "./sandbox";
import { statusCommand } from "./status";
import { toolchainCommand } from "./toolchain";
import { upCommand } from "./up";

/** All commands of `meshwright`. */
export function commands(): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  const program = new Command("meshwright")
    .description("Istio from a typed service catalog, with Pulumi")
    .version(version)
    .showHelpAfterError()
    .exitOverride();
  for (const add of [
    upCommand,
    downCommand,
    checkCommand,
    renderCommand,
    explainCommand,
    statusCommand,
    openCommand,
    purgeCommand,
    sandboxCommand,
    toolchainCommand,
  ])
    add(program);
  return program;
}

/** Runs a command line; sets the exit code: 0 done, 1 a problem the user can solve, 2 wrong usage, 70 a fault of ours. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await commands().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportError(error);
  }
}
