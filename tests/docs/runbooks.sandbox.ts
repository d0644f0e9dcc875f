import { expect } from "chai";
import { execa } from "execa";
import { commands } from "../../cli/program";
import { ensureToolchain, type Toolchain } from "../../toolchain";
import { commandsIn, runbooks } from "./runbooks";

const programs = ["istioctl", "kubectl"] as const;

/** A command line's words, with something in the place of what the reader fills in. */
function words(line: string): string[] {
  return [...line.matchAll(/(["'])(.*?)\1|(\S+)/g)].map(([, , quoted, plain]) =>
    (quoted ?? plain ?? "").replaceAll(/<([^>]*)>/g, "some-$1"),
  );
}

/** Of the commands within a pod there is one only; it isn't part of the sandbox's programs. */
const within = /^pilot-agent request GET (stats|'stats\?filter=\w+')$/;

describe("runbooks' commands", () => {
  let toolchain: Toolchain;
  before(async () => {
    toolchain = await ensureToolchain(programs);
  });

  /** What is wrong with a command. Asked for help at its end, a program has read all words and flags before. */
  async function problem(line: string): Promise<string | undefined> {
    const [command = "", inner] = line.split(" -- ");
    if (inner !== undefined && !within.test(inner)) return `${inner} is unknown`;
    const [name = "", first = "", ...rest] = words(command);
    if (name === "meshwright") {
      const found = commands().commands.find((one) => one.name() === first);
      if (found === undefined) return `${first} is no command`;
      const unknown = rest.find(
        (word) => word.startsWith("-") && !found.options.some(({ long }) => long === word),
      );
      return unknown === undefined ? undefined : `${first} has no option ${unknown}`;
    }
    const program = programs.find((one) => one === name);
    if (program === undefined) return `${name} is unknown`;
    const { stdout, stderr, exitCode } = await execa(toolchain.program(program), [first, ...rest, "--help"], {
      reject: false,
    });
    if (exitCode !== 0) return stderr;
    // For a word that it doesn't know, a group of commands tells about itself.
    const [usage = ""] = /(?<=^Usage:\n +).*$/m.exec(stdout) ?? [];
    return usage === "" || usage.includes("[command]") ? `"${usage}" is no command` : undefined;
  }

  for (const [name, page] of runbooks) {
    it(`of ${name} exist`, async () => {
      for (const line of commandsIn(page)) expect(await problem(line), line).to.equal(undefined);
    });
  }

  it("that don't exist are noticed", async () => {
    expect(await problem("istioctl authn tls-check")).to.be.a("string");
    expect(await problem("istioctl proxy-config secrets-of <pod>")).to.be.a("string");
    expect(await problem("istioctl proxy-status --all")).to.include("unknown flag");
    expect(await problem("meshwright heal")).to.equal("heal is no command");
    expect(await problem("meshwright explain a b --live")).to.equal("explain has no option --live");
    expect(await problem("kubectl get pods --namespaces a")).to.include("unknown flag");
  });
});
