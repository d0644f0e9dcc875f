import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import type { Environment } from "../../catalog";
import { analyze } from "../../cli/verify";
import { renderMesh } from "../../mesh";
import { sandboxStatus } from "../../sandbox";
import { planOf } from "../../program/plan";
import { platformList, type PlatformName, platformNames } from "../../platforms";
import { withoutCheckpoints } from "../../cli/pulumi";
import { readSettings } from "../../program/settings";
import { meshwright } from "../cli/run";
import { type Harness, harness } from "../sandbox/harness";
import { expectLive } from "./live";
import { expectProxies } from "./proxies";

const repository = join(__dirname, "..", "..");

describe("the platforms on the sandbox", () => {
  let h: Harness;
  before(async () => {
    h = await harness();
  });
  afterEach(() => h.clean());

  // Alfred has a test of its own, which goes further. VoiceCore's and AIKernel's control planes have a revision in prod.
  const stacks: { platform: PlatformName; environment: Environment }[] = [
    ...platformNames
      .filter((name) => name !== "alfred")
      .map((platform) => ({ platform, environment: "dev" as const })),
    { platform: "voicecore", environment: "prod" },
    { platform: "aikernel", environment: "prod" },
  ];
  for (const { platform, environment } of stacks) {
    it(`${platform} (${environment}) comes up from nothing under the pack, whole, istiod configures each proxy by the catalog, and istioctl analyze says nothing`, async () => {
      const state = h.folder();
      const { exitCode, stdout, stderr } = await meshwright(
        ["up", "--platform", platform, "--environment", environment, "--state", state],
        // Killed runs have tests of their own.
        { cwd: repository, env: withoutCheckpoints },
      );
      expect(exitCode, stdout + stderr).to.equal(0);
      const plan = planOf(readSettings(platformList, { get: (key) => ({ platform, environment })[key] }));
      await expectLive(h, state, renderMesh(plan.mesh));
      const { processes } = await sandboxStatus(state);
      const { revision } = plan.controlPlane;
      expect(processes.map(({ name }) => name)).to.include(
        revision === undefined ? "istiod" : `istiod-${revision}`,
      );
      const { ports } = processes.find(({ name }) => name.startsWith("istiod")) ?? {};
      await expectProxies(plan.mesh, ports ?? {}, plan.controlPlane.version);
      const messages = await analyze(h.toolchain.program("istioctl"), join(state, "kubeconfig"));
      expect(messages.filter(({ level }) => level !== "Info")).to.deep.equal([]);
    });
  }

  const analyzeFiles = (folder: string) => {
    const args = ["analyze", "--use-kube=false", "--all-namespaces", folder];
    return execa(h.toolchain.program("istioctl"), args, { all: true, reject: false });
  };

  for (const platform of platformNames) {
    it(`${platform}, rendered for GitOps, is fine with istioctl analyze as well`, async () => {
      const out = mkdtempSync(join(tmpdir(), "render-"));
      try {
        const rendered = await meshwright(["render", platform, "--stack", "prod", "--out", out], {
          cwd: repository,
        });
        expect(rendered.exitCode, rendered.stderr).to.equal(0);
        rmSync(join(out, "releases"), { recursive: true });
        const { all, exitCode } = await analyzeFiles(out);
        expect(all).to.contain("No validation issues found");
        expect(exitCode).to.equal(0);

        // It would also be silent about files that it doesn't read.
        const gateways = globSync(join(out, "*", "gateway-*.yaml"));
        expect(gateways).to.not.be.empty;
        for (const gateway of gateways) rmSync(gateway);
        expect((await analyzeFiles(out)).all).to.match(/^Error \[IST0101\] .*gateway not found/m);
      } finally {
        rmSync(out, { recursive: true });
      }
    });
  }
});
