import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execaSync } from "execa";
import { endKilledRun, runProcesses, runVariable, settleKilledRun } from "../../cli/runProcesses";
import { isAlive } from "../../sandbox/processIdentity";

describe("cli/runProcesses", () => {
  let folder: string;
  let state: string;
  let engine: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "run-processes-"));
    state = join(folder, "sandbox");
    engine = join(folder, "pulumi");
    copyFileSync(execaSync("which", ["sleep"]).stdout, engine);
  });
  afterEach(() => endKilledRun(state));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const start = async (program: string, seconds: string, of: string = state): Promise<number> => {
    const child = spawn(program, [seconds], { env: { ...process.env, [runVariable]: of }, detached: true });
    await new Promise((resolve) => child.once("spawn", resolve));
    await sleep(50); // until it is the program itself
    return child.pid ?? 0;
  };

  it("finds the processes of one sandbox, wherever they are started, and ends them", async () => {
    const own = await start("sleep", "60");
    const others = await start("sleep", "60", `${state}-2`);
    try {
      expect(runProcesses(state).map(({ pid, name }) => ({ pid, name }))).to.deep.equal([
        { pid: own, name: "sleep" },
      ]);
      await endKilledRun(state);
      expect(runProcesses(state)).to.deep.equal([]);
      expect(runProcesses(`${state}-2`).map(({ pid }) => pid)).to.deep.equal([others]);
    } finally {
      await endKilledRun(`${state}-2`);
    }
  });

  it("waits for an engine that still deploys, and then ends what is left of its run", async () => {
    await start(engine, "1.5");
    const plugin = await start("sleep", "60");
    const identity = runProcesses(state).find(({ pid }) => pid === plugin);
    const begin = Date.now();
    await settleKilledRun(state);
    expect(Date.now() - begin).to.be.greaterThan(1_000);
    expect(identity !== undefined && isAlive(identity)).to.equal(false);
  });
});
