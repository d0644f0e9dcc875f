import { type Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../../errors/userError";
import { clusterOptions, type ClusterOptions } from "../clusterOptions";
import { stackSide } from "../stackSide";
import { declaredChanges } from "../../program/diff/declared";
import { readDeclarations } from "../diff/allowed";
import { changesBetween } from "../../program/diff/changes";
import { formats } from "../diff/format";
import { meanings, type Verdict, verdicts } from "../../program/diff/verdict";
import { appliedTo, clusterSide } from "../liveSide";
import { localStack } from "../localStack";
import { assumedPods, withAssumedPods } from "../assumedPods";
import { print } from "../output";
import { loadSide, sideArgument } from "../side";
import type { Side } from "../../program/diff/side";
import { stackOption } from "../subject";

interface DiffOptions extends ClusterOptions {
  readonly stack?: string;
  readonly cluster?: true;
  readonly deployed?: true;
  readonly format: keyof typeof formats;
  readonly failOn: readonly Verdict[];
  readonly allow?: string;
}

/** `meshwright diff`: compares what two catalogs or sets of manifests do. */
export function diffCommand(command: Command): void {
  command
    .argument("[old]", `${sideArgument}; with --cluster or --deployed the new one`)
    .argument("[new]", `the same (default: the project's platform)`)
    .option("--stack <name>", stackOption)
    .option("--cluster", "compare a cluster with what it does after the new one is applied to it")
    .addOption(
      new Option(
        "--deployed",
        "compare with what --stack has deployed last, by its state; without --stack: with the sandbox's last deployment",
      ).conflicts("cluster"),
    )
    .addOption(new Option("--format <format>", "what to print").choices(Object.keys(formats)).default("text"))
    .addOption(
      new Option(
        "--fail-on <verdicts>",
        "exit code 1 for changes with these verdicts, such as wider,weaker,unrouted",
      )
        .argParser(verdictList)
        .default([], "none"),
    )
    .option(
      "--allow <file>",
      "file with intended changes, each a line that this command has printed; they don't fail",
    )
    .addHelpText(
      "after",
      `\nVerdicts:\n${verdicts.map((verdict) => `  ${verdict.padEnd(10)}${meanings[verdict]}`).join("\n")}`,
    );
  clusterOptions(command).action(
    async (old: string | undefined, now: string | undefined, options: DiffOptions) => {
      const { format, failOn, allow } = options;
      const lines = allow === undefined ? [] : readDeclarations(allow);
      const [before, after] = withAssumedPods(...(await sides(command, old, now, options)));
      const assumed = assumedPods([before, after]);
      const changes = changesBetween(before, after);
      const declared = declaredChanges(changes, lines);
      const names = { old: before.name, now: after.name, assumed };
      print(formats[format](changes, names, declared).trimEnd());
      const undeclared = changes.filter((change) => !declared.changes.has(change));
      if (undeclared.some(({ verdict }) => failOn.includes(verdict))) process.exitCode = 1;
    },
  );
}

async function sides(
  command: Command,
  old: string | undefined,
  now: string | undefined,
  { stack, cluster, deployed, state = "" }: DiffOptions,
): Promise<[before: Side, after: Side]> {
  if (cluster === undefined && deployed === undefined) {
    if (old === undefined) {
      throw new UserError({
        problem: "Nothing is named to compare with.",
        fix: "Name the old side, such as main:mesh.ts, or choose --deployed or --cluster.",
        exitCode: 2,
      });
    }
    return [await loadSide(old, stack), await loadSide(now, stack)];
  }
  if (now !== undefined) {
    throw new UserError({
      problem: `${cluster ? "--cluster" : "--deployed"} is the old side, and two more are named: ${old ?? ""} and ${now}.`,
      fix: "Name only the new one.",
      exitCode: 2,
    });
  }
  // What the sandbox has was deployed with its own addresses.
  const isLocal = stack === localStack || (deployed === true && stack === undefined);
  const after = await loadSide(old, stack, isLocal ? state : undefined);
  if (deployed) return [await stackSide(old, stack, state), after];
  const live = await clusterSide(command);
  return [live, appliedTo(live, after)];
}

function verdictList(text: string): Verdict[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !(verdicts as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `${unknown.join(", ")} is not a verdict. Verdicts are ${verdicts.join(", ")}.`,
    );
  }
  return names as Verdict[];
}
