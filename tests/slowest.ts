import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Hook, type MochaOptions, reporters, type Runner, type Test } from "mocha";

const shown = 10;
const shownDifference = 20;

/**
 * Mocha's own report, and below it the slowest files and tests, where time can be saved. Failures come last once more,
 * because the end of a long log is what people and CI systems show.
 */
class Slowest extends reporters.Spec {
  constructor(runner: Runner, options?: MochaOptions) {
    super(runner, options);
    const files = new Map<string, number>();
    const tests: [string, number][] = [];
    const add = ({ file, duration = 0 }: Test | Hook): void => {
      const name = relative(process.cwd(), file ?? "");
      files.set(name, (files.get(name) ?? 0) + duration);
    };
    runner.on("hook end", add);
    runner.on("test end", (test) => {
      add(test);
      tests.push([test.fullTitle(), test.duration ?? 0]);
    });
    runner.once("end", () => {
      print("slowest files", [...files]);
      print("slowest tests", tests);
      for (const test of this.failures) {
        const [reason = ""] = (test.err?.message ?? "").split("\n", 1);
        const lines = [reason.slice(0, 300), ...difference(test.err)].map((line) => `          ${line}\n`);
        process.stdout.write(`  failed: ${test.fullTitle()}\n${lines.join("")}\n`);
      }
    });
  }
}

/** Chai's message shows only the beginning of what it compares. These are the lines that differ. */
function difference(error: unknown): string[] {
  const { actual, expected } = (error ?? {}) as Partial<Record<"actual" | "expected", unknown>>;
  if (typeof actual !== "string" || typeof expected !== "string") {
    return [];
  }
  return stripVTControlCharacters(reporters.Base.generateDiff(actual, expected))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^[+-]/.test(line))
    .slice(0, shownDifference);
}

function print(title: string, durations: [string, number][]): void {
  const rows = durations.sort(([, one], [, other]) => other - one).slice(0, shown);
  const lines = rows.map(([name, duration]) => `${(duration / 1000).toFixed(1).padStart(8)} s  ${name}`);
  process.stdout.write(`  ${title}\n${lines.join("\n")}\n\n`);
}

export = Slowest;
