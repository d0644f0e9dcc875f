import { rmSync } from "node:fs";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { lockFile } from "../../sandbox/runLock";
import { files } from "../../sandbox/state";
import { shopProject } from "../program/shopProject";
import { type Harness, harness, startSandbox } from "../sandbox/harness";
import { until } from "../sandbox/until";
import { meshwright } from "./run";
import { startRun } from "./upRun";

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
  /** One more `up` converges: nothing is left to change for the next one, and the mesh is healthy. */
  const expectConverged = async (): Promise<void> => {
    const { exitCode, all } = await up();
    expect(exitCode, all).to.equal(0);
    expect(all).to.match(/^Resources:\n +\d+ unchanged\n/m);
    expect(await status()).to.deep.equal({ exitCode: 0, problems: [] });
  };

  describe("two at once", () => {
    it("a second `up` and a `down` are refused with the process that works, and the first one's mesh is whole", async () => {
      await startSandbox(h.options(state));
      const first = startRun(project, state);
      await until("the engine works", () => first.processes().length > 0);
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
  });
});
