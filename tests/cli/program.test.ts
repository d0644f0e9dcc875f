import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { commands } from "../../cli/program";
import { inProcess } from "./inProcess";
import { meshwright, meshwrightMain } from "./run";

describe("cli/program", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cli-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("describes every command, argument and option", () => {
    const undescribed: string[] = [];
    const visit = (command: ReturnType<typeof commands>, path: string): void => {
      if (command.description() === "") undescribed.push(path);
      for (const option of command.options) {
        if (option.description === "") undescribed.push(`${path} ${option.flags}`);
      }
      for (const argument of command.registeredArguments) {
        if (argument.description === "") undescribed.push(`${path} <${argument.name()}>`);
      }
      for (const child of command.commands) visit(child, `${path} ${child.name()}`);
    };
    visit(commands(), "meshwright");
    expect(undescribed).to.deep.equal([]);
  });

  it("prints help on stdout and ends well", async () => {
    const { exitCode, stdout, stderr } = await meshwright(["--help"]);
    expect(stdout).to.contain("Usage: meshwright [options] [command]");
    for (const name of ["up", "down", "sandbox", "toolchain"])
      expect(stdout).to.match(new RegExp(`^  ${name}\\b`, "m"));
    expect(stderr).to.equal("");
    expect(exitCode).to.equal(0);
  });

  it("loads only what a command needs", async () => {
    const seen = join(folder, "seen.json");
    const record = join(folder, "record.cjs");
    writeFileSync(
      record,
      `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(seen)}, JSON.stringify(Object.keys(require.cache))));`,
    );
    const pathsOf = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> => {
      await meshwright(args, { nodeArgs: ["-r", record], env });
      return JSON.parse(readFileSync(seen, "utf8")) as string[];
    };
    const packages = (paths: readonly string[]): string[] => {
      const names = paths.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
      return [...new Set(names)].sort();
    };
    for (const words of [["--help"], ["--version"]]) {
      expect(packages(await pathsOf(words)), words.join(" ")).to.deep.equal(["commander", "picocolors"]);
    }
    const line = "meshwright status --";
    const completion = { COMP_CWORD: "2", COMP_LINE: line, COMP_POINT: String(line.length) };
    const completing = packages(await pathsOf(["completion-server"], completion));
    expect(completing).to.include.members(["@pnpm/tabtab", "commander"]);
    expect(completing).to.not.include("zod").and.to.not.include("@kubernetes/client-node");
    for (const words of [
      ["check", "alfred"],
      ["render", "alfred"],
    ]) {
      const paths = await pathsOf(words);
      const loaded = packages(paths);
      expect(loaded, words.join(" ")).to.include("zod");
      const sdks = loaded.filter((name) =>
        /^@(pulumi|kubernetes|grpc)\/|^(listr2|execa|proper-lockfile)$/.test(name),
      );
      expect(sdks, words.join(" ")).to.deep.equal([]);
      // The program's file, whose modules are TypeScript here, declares catalogs and renders none.
      const root = join(__dirname, "..", "..");
      const folders = new Set(
        paths.filter((path) => path.endsWith(".ts")).map((path) => relative(root, path).split(sep)[0]),
      );
      expect([...folders], words.join(" ")).to.include.members(["platforms", "catalog"]);
      for (const folder of ["checks", "mesh", "observability"]) {
        expect([...folders], words.join(" ")).to.not.include(folder);
      }
    }
  });

  it("prints its version", async () => {
    expect((await inProcess(["--version"])).stdout).to.match(/^\d+\.\d+\.\d+$/);
  });

  it("ends with 2 for wrong usage, and shows the help", async () => {
    const { exitCode, stderr } = await inProcess(["sandbox", "up", "--api-server-port", "http"]);
    expect(stderr).to.contain("argument 'http' is invalid. It must be a whole number from 1 to 65535.");
    expect(stderr).to.contain("Usage: meshwright sandbox up");
    expect(exitCode).to.equal(2);
    expect((await inProcess(["upp"])).stderr).to.contain("Did you mean up?");
  });

  it("ends with 1 and a fix for a problem the user can solve, without a stack trace", async () => {
    const { exitCode, stdout, stderr } = await inProcess(["sandbox", "kubeconfig", "--state", folder]);
    expect(stdout).to.equal("");
    expect(stderr).to.equal(
      `error: No sandbox runs in ${folder}.\nfix:   Start one: meshwright sandbox up, or meshwright up`,
    );
    expect(exitCode).to.equal(1);
  });

  it("refuses an older Node.js before it loads anything", async () => {
    const pretend = join(folder, "pretend.cjs");
    writeFileSync(
      pretend,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });',
    );
    const { exitCode, stderr } = await meshwright(["--help"], { nodeArgs: ["-r", pretend] });
    expect(stderr).to.match(
      /^error: Meshwright needs Node.js 22.19 or newer; this is 20.20.2 \(.*\).\nfix: {3}install Node.js 22/,
    );
    expect(exitCode).to.equal(1);
  });

  it("lists the toolchain for machines without building anything", async () => {
    const { exitCode, stdout } = await inProcess(["toolchain", "--json"], {
      env: { MESHWRIGHT_CACHE: folder, PATH: "", PULUMI_HOME: folder },
    });
    expect(exitCode).to.equal(0);
    const { cache, programs } = JSON.parse(stdout) as { cache: string; programs: Record<string, unknown>[] };
    expect(cache).to.equal(folder);
    expect(programs).to.deep.include({ name: "etcd", version: "3.6.8", source: "missing", bytes: 0 });
  });

  it("says that no sandbox runs, for people and for machines", async () => {
    const people = await inProcess(["sandbox", "status", "--state", folder]);
    expect(people.stdout).to.equal(`No sandbox runs in ${folder}. Start one: meshwright sandbox up`);
    expect(people.exitCode).to.equal(1);
    const machines = await inProcess(["sandbox", "status", "--json", "--state", folder]);
    expect(JSON.parse(machines.stdout)).to.include({ state: folder, running: false, ready: false });
    expect(machines.exitCode).to.equal(1);
  });

  it("ends with 2 for an unknown command, also beside --help", async () => {
    for (const words of [["nosuch"], ["nosuch", "--help"], ["sandbox", "nosuch", "-h"]]) {
      const { exitCode, stderr } = await inProcess(words);
      expect(stderr, words.join(" ")).to.contain("unknown command 'nosuch'");
      expect(exitCode, words.join(" ")).to.equal(2);
    }
    expect((await inProcess(["check", "--help"])).exitCode).to.equal(0);
    expect((await inProcess(["help", "check"])).exitCode).to.equal(0);
  });

  it("ends without a word when the reader of stdout is gone, and tells what the system refuses of a path", async () => {
    const file = join(folder, "mesh.yaml");
    writeFileSync(file, "name: shop\nservices: { web: { ports: { http: { port: 80, protocol: http } } } }\n");
    const piped = await execa(
      "bash",
      ["-c", 'set -o pipefail; "$0" "$1" render "$2" | true', process.execPath, meshwrightMain, file],
      {
        reject: false,
      },
    );
    expect([piped.exitCode, piped.stderr]).to.deep.equal([0, ""]);
    const refused = await inProcess(["render", file, "--out", "/dev/null/x"]);
    expect(refused.stderr).to.match(
      /^error: \/dev\/null\/x can't be created: \/dev\/null is a file\.\nfix: {3}/,
    );
    expect(refused.exitCode).to.equal(1);
  });
});
