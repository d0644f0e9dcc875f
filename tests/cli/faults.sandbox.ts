import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import { stringify } from "yaml";
import { localPulumi, localStack } from "../../cli/pulumi";
import { runProcesses } from "../../cli/runProcesses";
import { sandboxStatus } from "../../sandbox";
import { isAlive } from "../../sandbox/processIdentity";
import { lockFile } from "../../sandbox/runLock";
import { files } from "../../sandbox/state";
import { shopConfig, shopProject } from "../program/shopProject";
import { type Harness, harness, startSandbox } from "../sandbox/harness";
import { meshwright } from "./run";
import { startRun, type UpRun } from "./upRun";

// One sandbox for all: each fault hits what the one before has left.
describe("faults of `meshwright up`", () => {
  let h: Harness;
  let state: string;
  let project: string;
  before(async () => {
    await meshwright(["--version"]); // compiles it
    h = await harness();
    state = h.folder();
    project = shopProject();
    await startSandbox(h.options(state));
  });
  after(async () => {
    rmSync(project, { recursive: true, force: true });
    await h.clean();
    rmSync(lockFile(state), { force: true });
  });

  const core = (): CoreV1Api => {
    const config = new KubeConfig();
    config.loadFromFile(files.kubeconfig(state));
    return config.makeApiClient(CoreV1Api);
  };
  const certificate = async () =>
    (await core().readNamespacedSecret({ name: "shop-cert", namespace: "istio-ingress" })).data;
  const up = () => startRun(project, state).ended;
  const status = async () => {
    const { exitCode, stdout } = await meshwright(["status", "--json", "--state", state], { cwd: project });
    return { exitCode, problems: (JSON.parse(stdout) as { problems: unknown[] }).problems };
  };
  /** Nothing is left to change, the mesh is healthy, and no process of a run is left. */
  const expectConverged = async (): Promise<void> => {
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
    expect(all).to.match(/^Resources:\n +\d+ unchanged\n/m);
    expect(await status()).to.deep.equal({ exitCode: 0, problems: [] });
    expect(runProcesses(state)).to.deep.equal([]);
  };

  /** Whether Helm has a record of the release, of that status. Default: of any. */
  const hasRecord = async (release: string, status?: string): Promise<boolean> => {
    const labelSelector = `owner=helm,name=${release}${status === undefined ? "" : `,status=${status}`}`;
    return (await core().listSecretForAllNamespaces({ labelSelector })).items.length > 0;
  };
  const hasNamespace = async (name: string): Promise<boolean> =>
    (await core().listNamespace({ fieldSelector: `metadata.name=${name}` })).items.length > 0;
  /** Resolves as soon as the condition holds, and fails if the run ends before. */
  const during = async (run: UpRun, what: string, condition: () => Promise<boolean>): Promise<void> => {
    let over: string | undefined;
    void run.ended.then(({ all }) => (over = all));
    while (!(await condition())) {
      if (over !== undefined) throw new Error(`It ended before "${what}":\n${over}`);
      await sleep(100);
    }
  };
  /** Kills the processes of a run whose program has that name, as if the machine had: without a chance to end well. */
  const kill = (run: UpRun, name: string): void => {
    const found = run.processes().filter((one) => one.name.startsWith(name));
    expect(found, name).to.have.length.greaterThan(0);
    for (const { pid } of found) process.kill(pid, "SIGKILL");
  };
  const killAll = (run: UpRun): void => {
    for (const pid of [run.pid, ...run.processes().map((one) => one.pid)]) process.kill(pid, "SIGKILL");
  };

  it("a provider plugin is killed in the first release", async () => {
    const run = startRun(project, state);
    await during(run, "Helm installs base", () => hasRecord("istio-base", "pending-install"));
    kill(run, "pulumi-resource");
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
  });

  it("the engine is killed seconds into istiod's release", async () => {
    const run = startRun(project, state);
    await during(run, "Helm installs istiod", () => hasRecord("istiod"));
    const plugins = run.processes().filter(({ name }) => name !== "pulumi");
    process.kill(run.processes().find(({ name }) => name === "pulumi")?.pid ?? 0, "SIGKILL");
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
    expect(all).to.contain(
      "error: `pulumi up` was ended by SIGKILL.\nfix:   Run the command again: it takes what the killed run has created into the stack's state, and continues.",
    );
    expect(plugins.length).to.be.greaterThan(0);
    expect(plugins.filter(isAlive)).to.deep.equal([]);
  });

  it("every process is killed in a gateway's release", async () => {
    const run = startRun(project, state);
    await during(run, "Helm installs a gateway", () => hasRecord("istio-ingress"));
    killAll(run);
    const { all } = await run.ended;
    expect(all).to.not.contain("cannot re-use a name");
  });

  it("the program is killed between objects, and its engine finishes alone", async () => {
    const run = startRun(project, state);
    await during(run, "the objects are created", () => hasNamespace("shop"));
    process.kill(run.pid, "SIGKILL");
    // The engine keeps the output of the killed program open, so its end is not awaited.
    const killed = await up();
    expect(killed.exitCode, killed.all).to.equal(0);
    expect(killed.all).to.match(/The engine of a killed run \(process \d+\) is still at work/);
  });

  it("every process is killed while it upgrades istiod, and `meshwright repair` ends the upgrade", async () => {
    const cluster = { values: { istiod: { global: { proxy: { logLevel: "info" } } } } };
    const config = { ...shopConfig, "meshwright:cluster": cluster };
    writeFileSync(join(project, "Pulumi.local.yaml"), stringify({ config }));
    const run = startRun(project, state);
    await during(run, "Helm upgrades istiod", () => hasRecord("istiod", "pending-upgrade"));
    killAll(run);
    await run.ended;

    const { options, configFile, read } = await localPulumi(h.toolchain, await sandboxStatus(state), project);
    await read(["cancel", "--yes", "--stack", localStack]);
    const repair = (...more: string[]) =>
      meshwright(["repair", "--stack", localStack, "--config-file", configFile, "--state", state, ...more], {
        cwd: project,
        env: { ...options.env, PATH: `${dirname(h.toolchain.program("pulumi"))}:${options.env.PATH ?? ""}` },
      });
    const shown = await repair();
    const problem = "The Helm release istio-system/istiod was left pending-upgrade by a killed run.";
    expect(shown.stdout, shown.stderr).to.contain(problem).and.to.contain("Nothing was changed.");
    expect(await hasRecord("istiod", "pending-upgrade")).to.equal(true);
    const repaired = await repair("--yes");
    expect(repaired.stdout, repaired.stderr).to.contain(problem);
    const [, backup = ""] = /The state before is in (\S+):/.exec(repaired.stdout) ?? [];
    expect(JSON.parse(readFileSync(join(project, backup), "utf8"))).to.have.property("deployment");
    expect(await hasRecord("istiod", "pending-upgrade")).to.equal(false);
    expect((await repair()).stdout).to.equal("Nothing to repair.");

    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
    await expectConverged();
  });

  it("every process is killed while it destroys", async () => {
    const { program, options, configFile } = await localPulumi(
      h.toolchain,
      await sandboxStatus(state),
      project,
    );
    const args = ["destroy", "--yes", "--skip-preview", "--stack", localStack, "--config-file", configFile];
    const destroy = execa(program, args, { ...options, reject: false, stdio: "ignore" });
    while (await hasRecord("istiod", "deployed")) await sleep(100);
    for (const { pid } of runProcesses(state)) process.kill(pid, "SIGKILL");
    await destroy;
  });

  it("two run at once: a second `up` and a `down` are refused with the process that works, and the mesh is whole", async () => {
    const first = startRun(project, state);
    await during(first, "the engine works", () => Promise.resolve(first.processes().length > 0));
    const others = await Promise.all([
      startRun(project, state).ended,
      startRun(project, state, "down").ended,
    ]);
    for (const { exitCode, all } of others) {
      expect(exitCode).to.equal(1);
      expect(all).to.match(
        new RegExp(
          `^error: \`meshwright up\` is at work on the sandbox ${state}: process ${first.pid}, since 2\\S+Z. Nothing was changed.$`,
          "m",
        ),
      );
    }
    const { exitCode, all } = await first.ended;
    expect(exitCode, all).to.equal(0);
    const before = await certificate();
    await expectConverged();
    expect(await certificate()).to.deep.equal(before);
  });

  it("`up` heals what other tools have deleted or changed, and `status` finds it before", async () => {
    const before = await certificate();
    const kubectl = (...args: string[]) => h.kubectl(state, args);
    await kubectl("delete", "secret", "shop-cert", "-n", "istio-ingress");
    await kubectl("delete", "authorizationpolicy", "default-deny", "-n", "shop");
    const patch = {
      spec: {
        trafficPolicy: { tls: { mode: "DISABLE" } },
        subsets: [{ name: "v9", labels: { version: "v9" } }],
      },
    };
    await kubectl(
      "patch",
      "destinationrule",
      "web",
      "-n",
      "shop",
      "--type=merge",
      "-p",
      JSON.stringify(patch),
    );
    await kubectl("delete", "mutatingwebhookconfiguration", "istio-sidecar-injector");
    await execa(h.toolchain.program("helm"), [
      ...["uninstall", "istio-egress", "-n", "istio-egress"],
      ...["--kubeconfig", files.kubeconfig(state)],
    ]);
    const judged = await status();
    expect(judged.exitCode).to.equal(1);
    const culprits = judged.problems.map((one) => (one as { culprit: string }).culprit);
    expect(culprits).to.include.members([
      "Secret istio-ingress/shop-cert",
      "AuthorizationPolicy shop/default-deny",
      "DestinationRule shop/web",
      "Helm release istio-system/istiod",
      "Helm release istio-egress/istio-egress",
    ]);
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
    for (const line of [
      "Secret istio-ingress/shop-cert was deleted by another tool. It is created again.",
      "AuthorizationPolicy shop/default-deny was deleted by another tool. It is created again.",
      "DestinationRule shop/web was changed by another tool (spec.subsets, spec.trafficPolicy.tls.mode). It is set back.",
      "The Helm release istio-system/istiod lacks MutatingWebhookConfiguration istio-sidecar-injector. These objects are created again.",
      "The Helm release istio-egress/istio-egress does not exist. It is installed again.",
    ]) {
      expect(all).to.contain(line);
    }
    expect(await certificate()).to.deep.equal(before);
    const rule = await kubectl("get", "destinationrule", "web", "-n", "shop", "-o", "jsonpath={.spec}");
    expect(JSON.parse(rule)).to.not.have.property("subsets");
    expect(rule).to.contain('"mode":"ISTIO_MUTUAL"');
    await expectConverged();
  });
});
