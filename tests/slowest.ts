import { relative } from "node:path";
import { type Hook, type MochaOptions, reporters, type Runner, type Test } from "mocha";

const shown = 10;

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
        process.stdout.write(`  failed: ${test.fullTitle()}\n          ${reason.slice(0, 300)}\n\n`);
      }
    });
  }
}

function print(title: string, durations: [string, number][]): void {
  const rows = durations.sort(([, one], [, other]) => other - one).slice(0, shown);
  const lines = rows.map(([name, duration]) => `${(duration / 1000).toFixed(1).padStart(8)} s  ${name}`);
  process.stdout.write(`  ${title}\n${lines.join("\n")}\n\n`);
}

export = Slowest;
