import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { commands } from "../../cli/program";
import { inProcess } from "./inProcess";

/** Words that no command has: empty, unknown, repeated, in unicode, with names of prototypes, and very long. */
const odd: readonly (readonly string[])[] = [
  [""],
  ["--", "--nope"],
  ["--nope", "-Z"],
  ["💥\u200b\n"],
  ["__proto__"],
  ["--stack=__proto__", "--stack", "constructor"],
  ["--state="],
  ["x".repeat(100_000)],
  ["a", "b", "c", "d", "e", "f"],
];

// `prove` and `toolchain` build programs, and `completion-server` answers any words.
const names = commands()
  .commands.map((command) => command.name())
  .filter((name) => !["prove", "toolchain", "up", "completion-server"].includes(name));

describe("any words after a command", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "words-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [index, name] of names.entries()) {
    // Each command gets one of them, so that the test stays short. `ALL=1` tries all.
    const own = odd.filter((_, at) => process.env.ALL !== undefined || at === index % odd.length);
    it(`end ${name} with an error that says what to do, and change nothing`, async () => {
      for (const words of own) {
        const env = { HOME: folder, KUBECONFIG: "" };
        const { exitCode, stdout, stderr } = await inProcess([name, ...words], { cwd: folder, env });
        const said = `${name} ${words.join(" ").slice(0, 80)}: ${stdout}${stderr}`;
        expect([1, 2], said).to.include(exitCode);
        expect(stderr, said).to.match(/^(error|usage): |^Usage: /im);
        expect(stderr, said).to.not.match(/^\s+at .*:\d+:\d+\)?$/m);
        expect(readdirSync(folder), said).to.deep.equal([]);
      }
    });
  }
});
