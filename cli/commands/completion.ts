import { basename } from "node:path";
import {
  getCompletionScript,
  isShellSupported,
  log,
  logFiles,
  parseEnv,
  SUPPORTED_SHELLS,
} from "@pnpm/tabtab";
import { type Command, type Option } from "commander";
import { print } from "../output";

type Shell = (typeof SUPPORTED_SHELLS)[number];

/** `meshwright completion`: the script by which a shell completes commands, options and their values. */
export function completionCommand(command: Command): void {
  command
    .addArgument(command.createArgument("<shell>", "shell that is to complete").choices(SUPPORTED_SHELLS))
    .addHelpText("after", '\nFor bash, add this line to ~/.bashrc: eval "$(meshwright completion bash)"')
    .action(async (shell: Shell) => {
      const name = "meshwright";
      print((await getCompletionScript({ name, completer: name, shell })).trimEnd());
    });
}

/**
 * `meshwright completion-server`: answers the script of `completion`, which sets the shell's variables of a completion.
 *
 * @param commandsOf all commands, of which the named one has its options.
 */
export function completionServerCommand(command: Command, commandsOf: (wanted: string) => Command): void {
  command.argument("[words...]", "command line, which is read from COMP_LINE and COMP_POINT").action(() => {
    const words = parseEnv(process.env).partial.split(/\s+/).slice(1);
    const candidates = candidatesFor(commandsOf(words[0] ?? ""), words);
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
 * @param program all commands; the one that the words name has its options.
 * @param words what stands before the cursor, without `meshwright`. The last one is incomplete, or empty.
 */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  let command = program;
  for (const word of before) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const previous = before.at(-1) ?? "";
  const open = options.find((one) => takesValue(one) && (one.long === previous || one.short === previous));
  if (open !== undefined) return valuesOf(open.argChoices);
  if (current.startsWith("-")) {
    return options.flatMap(({ long, description }) => (long ? [{ name: long, description }] : []));
  }
  if (command.commands.length > 0) {
    return help.visibleCommands(command).map((one) => ({ name: one.name(), description: one.description() }));
  }
  return valuesOf(command.registeredArguments.flatMap((one) => one.argChoices ?? []));
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valuesOf(choices: readonly string[] = []): Candidates {
  return choices.length === 0 ? "files" : choices.map((name) => ({ name, description: "" }));
}
