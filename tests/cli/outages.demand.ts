import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { stringify } from "yaml";
import { shopConfig } from "../program/shopProject";
import { DeployedShop, during, kill, killAll, policyPacks } from "./deployedShop";
import type { UpRun } from "./upRun";

// Not part of `make test`: it takes minutes. One sandbox for all: each fault hits what the one before has left.
describe("outages during `meshwright up`", function () {
  this.timeout(0);
  let shop: DeployedShop;
  before(async () => {
    shop = await DeployedShop.start();
  });
  after(() => shop.clean());

  /** Configures the stack, so that the next run has something to deploy. */
  const configure = (config: object): void => {
    writeFileSync(
      join(shop.project, "Pulumi.local.yaml"),
      stringify({ config: { ...shopConfig, ...config } }),
    );
  };
  const logLevel = (level: string) => ({
    "meshwright:cluster": { values: { istiod: { global: { proxy: { logLevel: level } } } } },
  });
  const killPack = async (): Promise<void> => {
    const found = await policyPacks(shop.state);
    expect(found).to.have.length.greaterThan(0);
    for (const { pid } of found) process.kill(pid, "SIGKILL");
  };
  /** Kills a process of the control plane again and again, as fast as it starts, for that many seconds. */
  const keepAway = async (name: string, seconds: number): Promise<void> => {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      for (const pid of await shop.controlPlane(name)) process.kill(pid, "SIGKILL");
      await sleep(100);
    }
  };
  /** One more run succeeds, `status` finds no problem, and the gateway's Secret is the same. */
  const expectConverges = async (before?: unknown): Promise<void> => {
    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    expect(await shop.status()).to.deep.equal({ exitCode: 0, problems: [] });
    if (before !== undefined) expect(await shop.certificate()).to.deep.equal(before);
  };

  it("the policy pack is killed while it starts", async () => {
    const run = shop.run();
    await during(run, "the pack starts", async () => (await policyPacks(shop.state)).length > 0);
    await killPack();
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
    expect(await shop.hasNamespace("istio-system")).to.equal(false);
  });

  it("the policy pack is killed while istiod is installed", async () => {
    const run = shop.run();
    await during(run, "Helm installs istiod", () => shop.hasRecord("istiod"));
    await killPack();
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
    await expectConverges();
  });

  it("the API server is away for 30 s while istiod is upgraded", async () => {
    const before = await shop.certificate();
    configure(logLevel("info"));
    const run = shop.run();
    await during(run, "Helm upgrades istiod", () => shop.hasRecord("istiod", "pending-upgrade"));
    await keepAway("kube-apiserver", 30);
    const { exitCode, all } = await run.ended;
    expect([0, 1], all).to.include(exitCode);
    await expectConverges(before);
  });

  it("the API server hangs for 30 s while objects are created", async () => {
    const before = await shop.certificate();
    await shop.kubectl("delete", "authorizationpolicy,destinationrule", "--all", "-n", "shop");
    const run = shop.run();
    await during(run, "the engine deploys", () =>
      Promise.resolve(run.processes().some(({ name }) => name.startsWith("pulumi-resource"))),
    );
    const [pid = 0] = await shop.controlPlane("kube-apiserver");
    process.kill(pid, "SIGSTOP");
    await sleep(30_000);
    process.kill(pid, "SIGCONT");
    const { exitCode, all } = await run.ended;
    expect([0, 1], all).to.include(exitCode);
    await expectConverges(before);
  });

  it("istiod, which validates objects, is away while they are created", async () => {
    const before = await shop.certificate();
    await shop.kubectl("delete", "namespace", "shop");
    const run = shop.run();
    await during(run, "the engine deploys", () => shop.hasNamespace("shop"));
    await keepAway("istiod", 20);
    const { exitCode, all } = await run.ended;
    expect([0, 1], all).to.include(exitCode);
    await expectConverges(before);
  });

  const killInUpgrade = async (name: string, level: string): Promise<void> => {
    const before = await shop.certificate();
    configure(logLevel(level));
    const run = shop.run();
    await during(run, "Helm upgrades istiod", () => shop.hasRecord("istiod", "pending-upgrade"));
    const [pid = 0] = await shop.controlPlane(name);
    process.kill(pid, "SIGKILL");
    const { exitCode, all } = await run.ended;
    expect([0, 1], all).to.include(exitCode);
    await expectConverges(before);
  };

  it("etcd is killed while istiod is upgraded", () => killInUpgrade("etcd", "warning"));

  it("kube-apiserver is killed while istiod is upgraded", () => killInUpgrade("kube-apiserver", "debug"));

  it("processes are killed four times while the add-ons are installed first", async () => {
    configure({ "meshwright:observability": "true" });
    // The run before has left records, which this run removes before its plugin starts.
    const installing = async (run: UpRun): Promise<boolean> => {
      if (!run.processes().some(({ name }) => name.startsWith("pulumi-resource"))) return false;
      const found = await Promise.all(
        ["prometheus", "jaeger", "grafana", "kiali"].map((release) =>
          shop.hasRecord(release, "pending-install"),
        ),
      );
      return found.includes(true);
    };
    const ends: ((run: UpRun) => void)[] = [
      killAll,
      (run) => {
        kill(run, "pulumi-resource");
      },
      (run) => {
        process.kill(run.processes().find(({ name }) => name === "pulumi")?.pid ?? 0, "SIGKILL");
      },
      killAll,
    ];
    for (const end of ends) {
      const run = shop.run();
      await during(run, "Helm installs add-ons", () => installing(run));
      end(run);
      await run.ended;
    }
    await expectConverges();
    await shop.expectConverged();
  });
});
