import { type Command, InvalidArgumentError, Option } from "commander";
import { changesBetween } from "../diff/changes";
import { markdownOf, textOf } from "../diff/report";
import { meanings, type Verdict, verdicts } from "../diff/verdict";
import { print } from "../output";
import { loadSide, sideArgument } from "../side";
import { stackOption } from "../subject";

interface DiffOptions {
  readonly stack?: string;
  readonly format: keyof typeof formats;
  readonly failOn: readonly Verdict[];
}

/** `meshwright diff`: compares what two catalogs or sets of manifests do. */
export function diffCommand(command: Command): void {
  command
    .argument("<old>", sideArgument)
    .argument("[new]", `the same (default: the project's platform)`)
    .option("--stack <name>", stackOption)
    .addOption(new Option("--format <format>", "what to print").choices(Object.keys(formats)).default("text"))
    .option("--fail-on <verdicts>", "exit code 1 for these, such as wider,weaker,unrouted", verdictList, [])
    .addHelpText(
      "after",
      `\nVerdicts:\n${verdicts.map((verdict) => `  ${verdict.padEnd(10)}${meanings[verdict]}`).join("\n")}`,
    )
    .action(async (old: string, now: string | undefined, { stack, format, failOn }: DiffOptions) => {
      const [before, after] = [await loadSide(old, stack), await loadSide(now, stack)];
      const changes = changesBetween(before, after);
      print(formats[format](changes, { old, now: now ?? after.name }).trimEnd());
      if (changes.some(({ verdict }) => failOn.includes(verdict))) process.exitCode = 1;
    });
}

const formats = {
  text: textOf,
  markdown: markdownOf,
  json: (changes: ReturnType<typeof changesBetween>, names: { readonly old: string; readonly now: string }) =>
    JSON.stringify({ old: names.old, new: names.now, changes }, null, 2),
};

function verdictList(text: string): Verdict[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !(verdicts as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `${unknown.join(", ")} is no verdict. Verdicts are ${verdicts.join(", ")}.`,
    );
  }
  return names as Verdict[];
}
