import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { UserError } from "../../errors/userError";
import { ownPlace, relationOf } from "../../sandbox/processPlace";
import { identify } from "../../sandbox/processIdentity";
import { type Holder, lockFile, withRunLock } from "../../sandbox/runLock";

describe("sandbox/runLock", () => {
  let folder: string;
  let state: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "run-lock-"));
    state = join(folder, "sandbox");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const since = "2026-11-26T08:00:00.000Z";
  const heldBy = (holder: Omit<Holder, "command" | "since">): void => {
    writeFileSync(lockFile(state), JSON.stringify({ ...holder, command: "meshwright up", since }));
  };
  const holder = (): Holder => JSON.parse(readFileSync(lockFile(state), "utf8")) as Holder;
  const run = (work: () => Promise<string> = () => Promise.resolve("done")): Promise<string> =>
    withRunLock(state, "meshwright down", work);
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("names this process while the work runs, and leaves no file behind", async () => {
    const during = await withRunLock(state, "meshwright up", () => Promise.resolve(holder()));
    expect(during).to.include({ ...identify(process.pid), command: "meshwright up" });
    expect(Math.abs(Date.parse(during.since) - Date.now())).to.be.lessThan(60_000);
    expect(existsSync(lockFile(state))).to.equal(false);
  });

  it("refuses a second caller with the process that holds it and since when, before its work begins", async () => {
    const child = spawn("sleep", ["60"]);
    const { pid = 0 } = child;
    try {
      heldBy(identify(pid) ?? { pid, startTime: "" });
      let began = false;
      const error = await failure(
        run(() => {
          began = true;
          return Promise.resolve("");
        }),
      );
      expect(error).to.be.instanceOf(UserError);
      expect(error).to.include({
        problem: `\`meshwright up\` is at work on the sandbox ${state}: process ${pid}, since ${since}. Nothing was changed.`,
        fix: `Run the command again when that process has ended. To end it: kill ${pid}. To start another sandbox: --state <dir>`,
      });
      expect(began).to.equal(false);
      expect(holder().pid).to.equal(pid);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("takes over the lock of a process that was killed", async () => {
    const child = spawn("sleep", ["60"]);
    const { pid = 0 } = child;
    heldBy(identify(pid) ?? { pid, startTime: "" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(await run()).to.equal("done");
    expect(existsSync(lockFile(state))).to.equal(false);
  });

  it("takes over the lock of a process whose number another process has by now", async () => {
    heldBy({ pid: process.ppid, startTime: "0" });
    expect(await run()).to.equal("done");
  });

  it("refuses a lock of another machine or container, whose process can't be looked up, and names the file", async () => {
    const here = ownPlace();
    for (const place of [
      { ...here, host: "laptop", machine: "1", boot: "1" },
      { ...here, host: "container", pidNamespace: "pid:[1]" },
    ]) {
      heldBy({ pid: 4_000_000, startTime: "0", place });
      const error = await failure(run());
      expect(error).to.include({
        problem: `\`meshwright up\` is at work on the sandbox ${state}: process 4000000 of another machine or container (${place.host}), since ${since}. Nothing was changed.`,
        fix: `Run the command there, or start another sandbox: --state <dir>. If that process has ended, remove ${lockFile(state)}, then run the command again.`,
      });
    }
    rmSync(lockFile(state));
    expect(await run()).to.equal("done");
  });

  it("takes over a lock from before the machine was booted again, but not if the machine is unknown", async () => {
    const own = { ...ownPlace(), machine: "this" };
    expect(relationOf(own, { ...own, boot: "before" })).to.equal("rebooted");
    expect(relationOf({ ...own, machine: "" }, { ...own, machine: "", boot: "before" })).to.equal(
      "elsewhere",
    );
    const here = ownPlace();
    if (here.machine === "") return;
    heldBy({ ...(identify(process.ppid) ?? { pid: 0, startTime: "" }), place: { ...here, boot: "before" } });
    expect(await run()).to.equal("done");
  });

  it("refuses the lock of a live process of another user", async function () {
    if (process.getuid?.() !== 0) this.skip(); // only root may start one
    const child = spawn("sleep", ["60"], { uid: 65_534 });
    const { pid = 0 } = child;
    try {
      heldBy({ ...(identify(pid) ?? { pid, startTime: "" }), place: ownPlace() });
      expect(await failure(run()))
        .to.have.property("problem")
        .that.contains(`process ${pid}, since`);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("takes over a file that does not name a process", async () => {
    writeFileSync(lockFile(state), '{"pid":');
    expect(await run()).to.equal("done");
  });

  it("lets one of several callers at once work, and refuses the others", async () => {
    let working = 0;
    const calls = Array.from({ length: 5 }, () =>
      run(async () => {
        working += 1;
        await sleep(500);
        return "done";
      }).catch((error: unknown) => (error as UserError).problem),
    );
    const results = await Promise.all(calls);
    expect(working).to.equal(1);
    expect(results.filter((result) => result === "done")).to.have.length(1);
    expect(results.filter((result) => result.includes(`process ${process.pid}`))).to.have.length(4);
  });

  it("is free again after work that failed", async () => {
    const error = await failure(run(() => Promise.reject(new Error("no space is left"))));
    expect(String(error)).to.equal("Error: no space is left");
    expect(await run()).to.equal("done");
  });
});
