import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import { runProcesses } from "../../cli/runProcesses";
import { processesWith } from "../../sandbox/processesWith";
import { lockFile } from "../../sandbox/runLock";
import { files, stateVariable } from "../../sandbox/state";
import { shopProject } from "../program/shopProject";
import { type Harness, harness, startSandbox } from "../sandbox/harness";
import { meshwright } from "./run";
import { startRun } from "./upRun";

// Not part of `make test`: it takes minutes. One sandbox for all. Each fault is an accident with a file: it is gone, or only its first half is left.
describe("files that `meshwright up` has lost", function () {
  this.timeout(0);
  let h: Harness;
  let state: string;
  let project: string;
  let charts: string;
  before(async () => {
    await meshwright(["--version"]); // compiles it
    h = await harness();
    state = h.folder();
    project = shopProject();
    charts = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(h.toolchain.charts, charts, { recursive: true });
    await startSandbox({ ...h.options(state), charts });
  });
  after(async () => {
    await h.clean();
    for (const folder of [project, charts]) rmSync(folder, { recursive: true, force: true });
    rmSync(lockFile(state), { force: true });
  });

  const up = () => startRun(project, state).ended;
  const core = (): CoreV1Api => {
    const config = new KubeConfig();
    config.loadFromFile(files.kubeconfig(state));
    return config.makeApiClient(CoreV1Api);
  };
  const secret = async () =>
    (await core().readNamespacedSecret({ name: "shop-cert", namespace: "istio-ingress" })).data;
  const stackFile = (): string => join(state, "pulumi", ".pulumi", "stacks", "shop", "local.json");
  const halve = (file: string): void => {
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
  };
  /** The run is refused before it changes anything. */
  const expectRefused = async (problem: string, fix: string): Promise<void> => {
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(1);
    expect(all).to.contain(problem).and.to.contain(`fix:   ${fix}`);
    expect(all).to.contain("Nothing was changed.");
  };
  /** One more run succeeds, leaves the Secret as it was, and a further one finds nothing to do. */
  const expectConverges = async (said?: string): Promise<void> => {
    const before = await secret();
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
    if (said !== undefined) expect(all).to.contain(said);
    expect(await secret()).to.deep.equal(before);
    const { exitCode: health, stdout } = await meshwright(["status", "--json", "--state", state], {
      cwd: project,
    });
    expect(health, stdout).to.equal(0);
    expect(runProcesses(state)).to.deep.equal([]);
  };

  it("a chart that is truncated, and an index that is HTML, are refused before the first object", async () => {
    const [chart = ""] = globSync(join(charts, "gateway-*.tgz"));
    halve(chart);
    const fix = `Remove the folder ${h.toolchain.charts}, then run meshwright up again: it packages the charts anew.`;
    await expectRefused("The chart gateway ", fix);
    const index = join(charts, "index.yaml");
    writeFileSync(index, "<html><body>503 Service Unavailable</body></html>");
    await expectRefused("index.yaml is not the index of a chart repository.", fix);
    expect((await core().listNamespace()).items.map(({ metadata }) => metadata?.name)).to.not.include(
      "istio-system",
    );
    cpSync(h.toolchain.charts, charts, { recursive: true, force: true });
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
  });

  it("a passphrase that is gone, or another one, is refused, and its backup heals", async () => {
    const file = join(state, "passphrase");
    const kept = readFileSync(file, "utf8");
    const fix = "Restore this file from a backup. To start over: meshwright down, then meshwright up.";
    rmSync(file);
    await expectRefused(`The passphrase of the stack's secrets is lost: ${file} is missing or empty.`, fix);
    expect(existsSync(file)).to.equal(false);
    writeFileSync(file, "another one");
    await expectRefused(`The passphrase in ${file} does not decrypt the stack's secrets.`, fix);
    writeFileSync(file, kept);
    await expectConverges();
  });

  it("a stack's state that is truncated or gone is restored from the version before, with all Secrets", async () => {
    halve(stackFile());
    await expectConverges(
      `The stack's state ${stackFile()} was damaged. It is restored from ${stackFile()}.bak.`,
    );
    rmSync(stackFile());
    await expectConverges(
      `The stack's state ${stackFile()} was missing. It is restored from ${stackFile()}.bak.`,
    );
  });

  it("a stack's state that is gone with its copy is refused, because the cluster has what it deployed", async () => {
    const kept = `${stackFile()}.kept`;
    copyFileSync(stackFile(), kept);
    const fix = "Restore the file from a backup. To start over: meshwright down, then meshwright up.";
    for (const how of ["missing", "damaged"]) {
      rmSync(`${stackFile()}.bak`, { force: true });
      if (how === "missing") rmSync(stackFile());
      else writeFileSync(stackFile(), "{");
      await expectRefused(
        `The stack's state ${stackFile()} is ${how}, and so is its copy ${stackFile()}.bak, but the cluster has what the stack deployed: the Helm releases `,
        fix,
      );
    }
    renameSync(kept, stackFile());
    await expectConverges();
  });

  it("the record of the sandbox's processes and its configuration are truncated: the processes are found, and start anew", async () => {
    const before = processesWith(`${stateVariable}=${state}`);
    halve(files.state(state));
    halve(files.config(state));
    halve(join(state, "project", "Pulumi.local.yaml"));
    await expectConverges();
    const after = processesWith(`${stateVariable}=${state}`);
    expect(after.map(({ name }) => name).sort()).to.deep.equal(before.map(({ name }) => name).sort());
    const old = new Set(before.map(({ pid }) => pid));
    expect(after.filter(({ pid }) => old.has(pid))).to.deep.equal([]);
  });

  it("a disk that is full is named, and the next start continues", async function () {
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip(); // only root may mount
    const disk = h.folder();
    const own = join(disk, "state");
    const mount = (...args: string[]) =>
      execa("mount", ["-t", "tmpfs", ...args, "tmpfs", disk], { reject: false });
    if ((await mount("-o", "size=1m")).exitCode !== 0) this.skip(); // a container without that right
    try {
      const start = () => meshwright(["sandbox", "up", "--state", own], { cwd: project });
      const full = await start();
      expect(full.exitCode, full.stderr).to.equal(1);
      expect(full.stderr)
        .to.match(/no space left|no space is left/)
        .and.to.match(/^fix: /m);
      expect(processesWith(`${stateVariable}=${own}`)).to.deep.equal([]);
      await mount("-o", "remount,size=400m");
      const { exitCode, stderr } = await start();
      expect(exitCode, stderr).to.equal(0);
    } finally {
      await meshwright(["sandbox", "down", "--state", own], { cwd: project });
      await execa("umount", [disk]);
    }
  });
});
