import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inProcess } from "./inProcess";

const fix = "fix:   Name one: --kubeconfig <file>, or set KUBECONFIG. For the sandbox: meshwright up";

describe("cli/cluster", function () {
  this.timeout(60_000); // the first run compiles what it needs
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cluster-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const run = (args: readonly string[], KUBECONFIG?: string) =>
    inProcess(args, { cwd: folder, env: { HOME: folder, KUBECONFIG, MESHWRIGHT_SANDBOX: undefined } });

  for (const args of [["status"], ["open", "kiali"], ["purge", "--yes"]]) {
    it(`names every place that has no kubeconfig: ${args.join(" ")}`, async () => {
      for (const unset of [undefined, ""]) {
        const { exitCode, stdout, stderr } = await run(args, unset);
        expect(stderr).to.match(
          /^error: There is no kubeconfig: KUBECONFIG is not set, and neither .*\.sandbox\/kubeconfig nor ~\/\.kube\/config exists\.\n/,
        );
        expect(stderr.split("\n").slice(1)).to.deep.equal([fix]);
        expect(stdout).to.equal("");
        expect(exitCode).to.equal(1);
      }
    });
  }

  const unreadable: [what: string, KUBECONFIG: string | undefined, prepare: () => void, told: RegExp][] = [
    ["KUBECONFIG names nothing", "none", () => undefined, /KUBECONFIG=none can't be read: ENOENT/],
    ["KUBECONFIG names a folder", ".", () => undefined, /KUBECONFIG=\. can't be read: EISDIR/],
    [
      "~/.kube/config is no YAML",
      undefined,
      () => {
        mkdirSync(join(folder, ".kube"));
        writeFileSync(join(folder, ".kube", "config"), "a: b: c");
      },
      /~\/\.kube\/config can't be read: /,
    ],
  ];
  for (const [what, KUBECONFIG, prepare, told] of unreadable) {
    it(`says so where ${what}`, async () => {
      prepare();
      const { exitCode, stderr } = await run(["status"], KUBECONFIG);
      expect(stderr).to.match(told);
      expect(stderr).to.contain(fix).and.not.contain("fault in Meshwright");
      expect(exitCode).to.equal(1);
    });
  }

  it("names a server whose port Node.js never connects to", async () => {
    const file = join(folder, "blocked");
    const server = "https://127.0.0.1:1";
    const own = { name: "a", user: {}, cluster: { server }, context: { cluster: "a", user: "a" } };
    const config = { clusters: [own], users: [own], contexts: [own], "current-context": "a" };
    writeFileSync(file, JSON.stringify(config));
    const { exitCode, stderr } = await run(["status"], file);
    expect(stderr).to.match(/^error: https:\/\/127\.0\.0\.1:1 does not answer \(bad port\)\.\nfix: /);
    expect(exitCode).to.equal(1);
  });
});
