import type { Command } from "commander";
import { commands } from "../../cli/program";

/** What follows `meshwright` in a text, up to the first word that can't be a command, such as an option. */
export function commandsIn(shell: string): string[] {
  return [...shell.matchAll(/\bmeshwright ((?:[a-z]+ ?)+)/g)].map(([, words = ""]) => words.trim());
}

/** Whether there is such a command. What follows the last one is its argument. */
export function isCommand(words: string): boolean {
  let command: Command | undefined = commands();
  for (const word of words.split(" ")) {
    if (command === undefined || command.commands.length === 0) break;
    command = command.commands.find((one) => one.name() === word);
  }
  return command !== undefined;
}
