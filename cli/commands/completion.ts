import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
  getCompletionScript,
  isShellSupported,
  log,
  logFiles,
  parseEnv,
  SUPPORTED_SHELLS,
} from "@pnpm/tabtab";
import type { Command } from "commander";
import { type CommandWords, wordsFile } from "../commandWords";
import { print } from "../output";

type Shell = (typeof SUPPORTED_SHELLS)[number];

/** `meshwright completion`: the script by which a shell completes commands, options and their values. */
export function completionCommand(command: Command): void {
  command
    .addArgument(
      command.createArgument("<shell>", "shell for which the script is printed").choices(SUPPORTED_SHELLS),
    )
    .addHelpText("after", '\nFor bash, add this line to ~/.bashrc: eval "$(meshwright completion bash)"')
    .action(async (shell: Shell) => {
      const name = "meshwright";
      print((await getCompletionScript({ name, completer: name, shell })).trimEnd());
    });
}

/**
 * `meshwright completion-server`: answers the script of `completion`, which sets the shell's variables of a completion.
 * It reads the words of all commands from a file that the build writes: a key press loads no command.
 */
export function completionServerCommand(command: Command): void {
  command.argument("[words...]", "command line, which is read from COMP_LINE and COMP_POINT").action(() => {
    const words = parseEnv(process.env).partial.split(/\s+/).slice(1);
    const program = JSON.parse(readFileSync(wordsFile, "utf8")) as CommandWords;
    const candidates = candidatesFor(program, words);
    const shell = basename(process.env.SHELL ?? "");
    if (candidates === "files") logFiles();
    else log([...candidates], isShellSupported(shell) ? shell : "bash", print);
  });
}

/** What may stand where the cursor is: words with their descriptions, or `files` for names of files. */
export type Candidates = readonly { readonly name: string; readonly description: string }[] | "files";

/**
 * Completes a command line.
 *
 * @param program the words of all commands.
 * @param words what stands before the cursor, without `meshwright`. The last one is incomplete, or empty.
 */
export function candidatesFor(program: CommandWords, words: readonly string[]): Candidates {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  let command = program;
  for (const word of before) {
    command = command.commands.find((one) => one.name === word) ?? command;
  }
  const previous = before.at(-1) ?? "";
  const open = command.options.find(
    (one) => one.takesValue && (one.long === previous || one.short === previous),
  );
  if (open !== undefined) return valuesOf(open.choices);
  if (current.startsWith("-")) {
    return command.options.flatMap(({ long, description }) => (long ? [{ name: long, description }] : []));
  }
  if (command.commands.length > 0) {
    return command.commands.map(({ name, description }) => ({ name, description }));
  }
  return valuesOf(command.choices);
}

function valuesOf(choices: readonly string[]): Candidates {
  return choices.length === 0 ? "files" : choices.map((name) => ({ name, description: "" }));
}
