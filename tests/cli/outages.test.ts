import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lastLines } from "../../cli/lastLines";
import { explainOutages, outages } from "../../cli/outages";
import { UserError } from "../../errors/userError";
import type { SandboxStatus } from "../../sandbox";

describe("cli/outages", () => {
  const status = (processes: readonly [string, string, number][], running = true): SandboxStatus => ({
    state: "/s",
    running,
    ready: true,
    kubeconfig: "/s/kubeconfig",
    processes: processes.map(([name, state, restarts]) => ({
      ...{ name, status: state, restarts, log: `/s/${name}.log`, ports: {} },
    })),
  });
  const before = status([
    ["etcd", "running", 2],
    ["kube-apiserver", "running", 0],
  ]);

  it("finds nothing while every process keeps running, nor that a new one starts", () => {
    expect(outages(before, before)).to.deep.equal([]);
    const istiod = status([
      ["etcd", "running", 2],
      ["istiod", "starting", 0],
    ]);
    expect(outages(before, istiod)).to.deep.equal([]);
  });

  it("names processes that ended and run again, and those that do not run", () => {
    const after = status([
      ["etcd", "running", 3],
      ["kube-apiserver", "restarting", 2],
      ["istiod", "unresponsive", 0],
    ]);
    expect(outages(before, after)).to.deep.equal([
      "The sandbox's etcd ended once during the run and runs again; its log is /s/etcd.log.",
      "The sandbox's kube-apiserver ended 2 times during the run and is restarting; its log is /s/kube-apiserver.log.",
      "The sandbox's istiod is unresponsive; its log is /s/istiod.log.",
    ]);
  });

  it("says that the supervisor has ended", () => {
    expect(outages(before, status([], false))).to.deep.equal(["The sandbox's supervisor has ended."]);
  });
});

describe("cli/outages, around work", () => {
  const gone: SandboxStatus = {
    ...{
      state: join(tmpdir(), "no-such-sandbox"),
      running: true,
      ready: true,
      kubeconfig: "",
      processes: [],
    },
  };
  const failure = (error: Error): Promise<unknown> =>
    explainOutages(gone, () => Promise.reject(error)).catch((one: unknown) => one);

  it("adds the processes that ended to an error, which keeps its fix", async () => {
    const own = new UserError({ problem: "`pulumi refresh` failed.", details: "refused", fix: "Look." });
    const { fix: ownFix } = own;
    const fix =
      "Run the command again: it continues where it stopped. The sandbox keeps running; `meshwright down` stops it.";
    const details = "The sandbox's supervisor has ended.";
    expect(await failure(own)).to.include({
      problem: own.problem,
      details: `refused\n${details}`,
      fix: ownFix,
    });
    expect(await failure(new Error("connect ECONNREFUSED\n  at x"))).to.include({
      ...{ problem: "The run failed: connect ECONNREFUSED", details, fix },
    });
  });

  it("leaves the error of an interrupted run, and work that succeeds", async () => {
    const own = new UserError({ problem: "It was interrupted.", fix: "Run it again.", exitCode: 130 });
    expect(await failure(own)).to.equal(own);
    expect(await explainOutages(gone, () => Promise.resolve("done"))).to.equal("done");
  });
});

describe("cli/lastLines", () => {
  it("takes stderr, or stdout if stderr is empty", () => {
    expect(lastLines({ stdout: "a", stderr: "b\n" })).to.equal("b");
    expect(lastLines({ stdout: "x\n\nerror: refused\n", stderr: " \n" })).to.equal("x\nerror: refused");
  });
});
