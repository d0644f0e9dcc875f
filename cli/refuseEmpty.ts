import type { Command } from "commander";
import { UserError } from "../errors/userError";

/**
 * Refuses empty arguments and values of options of a command, which an unset variable of a shell leaves. As a path,
 * an empty word would be the current folder.
 *
 * @throws {UserError} that names the first one.
 */
export function refuseEmpty(command: Command): void {
  const words: [string, unknown][] = [
    ...command.registeredArguments.map((argument, index): [string, unknown] => [
      argument.name(),
      command.processedArgs[index],
    ]),
    ...command.options.map((option): [string, unknown] => [
      option.long ?? option.flags,
      command.getOptionValue(option.attributeName()),
    ]),
  ];
  for (const [name, value] of words) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.includes("")) continue;
    throw new UserError({
      problem: `The value of ${name} is empty.`,
      fix: "Give it a value, or leave it out. A variable of the shell may not be set.",
      exitCode: 2,
    });
  }
}
