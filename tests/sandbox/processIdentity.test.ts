import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { endProcesses, identify, isAlive, type ProcessIdentity } from "../../sandbox/processIdentity";

describe("sandbox/processIdentity", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  const start = (script: string): ProcessIdentity => {
    const child = spawn("/bin/sh", ["-c", script], { stdio: "ignore" });
    children.push(child);
    const identity = identify(child.pid ?? 0);
    if (identity === undefined) throw new Error("the process did not start");
    return identity;
  };

  it("knows a process that runs, and one that is gone", async () => {
    const identity = start("sleep 30");
    expect(isAlive(identity)).to.equal(true);
    const [child] = children;
    if (child === undefined) throw new Error("the process did not start");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).to.equal(false);
    expect(identify(identity.pid)).to.equal(undefined);
  });

  it("ends those that end when asked, and kills the others", async () => {
    const polite = start("sleep 30");
    const stubborn = start("trap '' TERM; while :; do sleep 0.1; done");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await endProcesses([polite, stubborn], 500);
    expect([polite, stubborn].map(isAlive)).to.deep.equal([false, false]);
  });

  it("never ends a process that merely has the number of one that is gone", async () => {
    const other = start("sleep 30");
    const gone = { pid: other.pid, startTime: "another time" };
    expect(isAlive(gone)).to.equal(false);
    await endProcesses([gone], 100);
    expect(isAlive(other)).to.equal(true);
  });
});
