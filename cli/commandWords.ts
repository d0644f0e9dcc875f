import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";

/** The words that complete a command's line: plain data, so that a completion loads no command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Values that the arguments accept. Empty if they accept any. */
  readonly choices: readonly string[];
  /** The commands inside of this one, without hidden ones. */
  readonly commands: readonly CommandWords[];
}

/** The words of an option. */
interface OptionWords {
  readonly long?: string;
  readonly short?: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Values that it accepts. Empty if it accepts any. */
  readonly choices: readonly string[];
}

/** The file with the words of all commands, which `npm run build` writes beside the compiled commands. */
export const wordsFile = join(__dirname, "commandWords.json");

/** The words of a command and of all commands inside of it. */
export function commandWords(command: Command): CommandWords {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help
      .visibleOptions(command)
      .map(({ long, short, description, required, optional, argChoices }) => ({
        ...(long !== undefined && { long }),
        ...(short !== undefined && { short }),
        description,
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    commands: help.visibleCommands(command).map(commandWords),
  };
}

/** Writes {@link wordsFile}. */
export function writeCommandWords(program: Command): void {
  writeFileSync(wordsFile, JSON.stringify(commandWords(program)));
}
