import { expect } from "chai";
import { outages } from "../../cli/outages";
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
      ["istiod", "running", 0],
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
