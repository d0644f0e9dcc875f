import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import { toYaml } from "../../mesh/toYaml";
import { runVariable } from "../../cli/runProcesses";
import { sandboxStatus } from "../../sandbox";
import { istioCharts } from "../../toolchain/pins";
import { shopConfig } from "../program/shopProject";
import { type S3, startS3 } from "../sandbox/s3";
import { DeployedShop } from "./deployedShop";
import { meshwright } from "./run";

// Not part of `make test`: it installs a package and takes minutes. The stack is deployed by Pulumi alone, to a cluster that no `meshwright up` has.
describe("`meshwright repair` on a backend in S3", function () {
  this.timeout(0);
  let shop: DeployedShop;
  let s3: S3;
  let env: Record<string, string>;
  const stack = "dev";
  before(async () => {
    shop = await DeployedShop.start();
    s3 = await startS3();
    const { PATH, PULUMI_HOME } = shop.h.toolchain.pulumiEnvironment;
    env = {
      PATH: [
        dirname(shop.h.toolchain.program("pulumi")),
        dirname(shop.h.toolchain.program("helm")),
        dirname(process.execPath),
        PATH,
      ].join(":"),
      PULUMI_HOME,
      ...s3.env,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: (await sandboxStatus(shop.state)).kubeconfig,
      [runVariable]: shop.state,
    };
  });
  after(async () => {
    await s3.stop();
    await shop.clean();
  });

  const pulumi = (...args: string[]) =>
    execa("pulumi", [...args, "--non-interactive"], { cwd: shop.project, env, reject: false, all: true });
  const repair = (...more: string[]) =>
    meshwright(["repair", "--stack", stack, "--kubeconfig", env.KUBECONFIG ?? "", ...more], {
      cwd: shop.project,
      env,
    });

  it("shows how it ends a killed installation, changes nothing before --yes, keeps a backup, and the next run converges", async () => {
    expect((await pulumi("stack", "init", stack)).exitCode).to.equal(0);
    const { chartRepository, istiod } = await sandboxStatus(shop.state);
    const config = {
      ...shopConfig,
      "meshwright:istioVersion": istioCharts.version,
      "meshwright:chartRepository": chartRepository,
      "meshwright:webhooks": istiod,
    };
    for (const [key, value] of Object.entries(config)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      expect((await pulumi("config", "set", "--stack", stack, key, text)).exitCode, toYaml(config)).to.equal(
        0,
      );
    }
    const run = pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    let over: string | undefined;
    void run.then(({ all }) => (over = all));
    while (!(await shop.hasRecord("istiod", "pending-install"))) {
      if (over !== undefined) throw new Error(over);
      await sleep(100);
    }
    for (const { pid } of shop.processes()) process.kill(pid, "SIGKILL");
    await run;
    const locked = await repair();
    expect(locked.exitCode, locked.stderr).to.equal(0);
    const problem = "The Helm release istio-system/istiod was left pending-install by a killed run.";
    expect(locked.stdout).to.contain(problem).and.to.contain("Nothing was changed.");
    expect(await shop.hasRecord("istiod", "pending-install")).to.equal(true);

    // Pulumi's lock of the killed run is still there, so that the state can't be written.
    const refused = await repair("--yes");
    expect(refused.exitCode, refused.stdout).to.equal(1);
    expect(refused.stderr).to.contain(
      "If they name a lock of a killed run, and no run is at work: pulumi cancel",
    );
    expect(await shop.hasRecord("istiod", "pending-install")).to.equal(true);

    expect((await pulumi("cancel", "--yes", "--stack", stack)).exitCode).to.equal(0);
    const repaired = await repair("--yes");
    expect(repaired.exitCode, repaired.stderr).to.equal(0);
    const [, backup = ""] = /The state before is in (\S+):/.exec(repaired.stdout) ?? [];
    expect(JSON.parse(readFileSync(join(shop.project, backup), "utf8"))).to.have.property("deployment");
    expect(await shop.hasRecord("istiod", "pending-install")).to.equal(false);
    expect((await repair()).stdout).to.equal("Nothing to repair.");

    const up = await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    expect(up.exitCode, up.all).to.equal(0);
    const again = await pulumi("preview", "--expect-no-changes", "--stack", stack);
    expect(again.exitCode, again.all).to.equal(0);
  });
});
