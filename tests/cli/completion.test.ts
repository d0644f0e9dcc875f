import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { commandWords } from "../../cli/commandWords";
import { candidatesFor } from "../../cli/commands/completion";
import { commands } from "../../cli/program";
import { packageRoot } from "../../toolchain/packageRoot";
import { inProcess } from "./inProcess";
import { meshwright } from "./run";

const all = commandWords(commands());

/** Names of what may stand where the line ends. */
function completed(line: string): "files" | string[] {
  const words = line.split(" ");
  const candidates = candidatesFor(all, words);
  return candidates === "files" ? candidates : candidates.map(({ name }) => name);
}

describe("cli/commands/completion", () => {
  it("completes commands, and leaves out hidden ones", () => {
    expect(completed("")).to.include.members(["up", "status", "completion", "help"]);
    expect(completed("")).not.to.include("completion-server");
    expect(completed("sandbox ")).to.have.members(["up", "down", "status", "kubeconfig", "logs", "help"]);
  });

  it("completes options, their values, and arguments that have choices", () => {
    expect(completed("explain --")).to.include.members(["--port", "--json", "--help"]);
    expect(completed("graph alfred --format ")).to.have.members(["html", "dot", "mermaid", "json"]);
    expect(completed("graph --format html --")).to.include("--base");
    expect(completed("completion ")).to.have.members(["bash", "fish", "pwsh", "zsh"]);
  });

  it("leaves names of files to the shell", () => {
    expect(completed("check ")).to.equal("files");
    expect(completed("graph --out ")).to.equal("files");
  });

  it("completes a line in bash by its script", async () => {
    const { stdout: script } = await inProcess(["completion", "bash"]);
    const line = "meshwright sta";
    const { stdout } = await execa({
      input: `
        meshwright() { ${JSON.stringify(process.execPath)} ${JSON.stringify(`${packageRoot()}/dist/cli/main.js`)} "$@"; }
        ${script}
        COMP_WORDS=(${line}); COMP_CWORD=1; COMP_LINE="${line}"; COMP_POINT=${line.length}
        _meshwright_completion
        echo "\${COMPREPLY[@]}"`,
    })`bash`;
    expect(stdout).to.equal("status");
  });

  it("reads the words of all commands, as the build wrote them", async () => {
    await meshwright(["--version"]); // builds, if nothing has
    const written = readFileSync(join(packageRoot(), "dist", "cli", "commandWords.json"), "utf8");
    expect(JSON.parse(written)).to.deep.equal(all);
  });

  it("needs a shell that it knows", async () => {
    const { exitCode, stderr } = await inProcess(["completion", "tcsh"]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain("bash, fish, pwsh, zsh");
  });
});
