import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { stringify } from "yaml";
import { runProcesses } from "../../cli/runProcesses";
import { sandboxStatus } from "../../sandbox";
import { lockFile } from "../../sandbox/runLock";
import { shopConfig, shopProject, writeShop } from "../program/shopProject";
import { type Harness, harness } from "../sandbox/harness";
import { policyPacks } from "./deployedShop";
import { meshwright } from "./run";
import { startRun } from "./upRun";

/** How many runs are killed. Set by `make soak KILLS=…`. */
const kills = Number(process.env.KILLS ?? "100");

/** What the random kills follow from, so that a run can be repeated. Set by `make soak SEED=…`. Default: another one each time. */
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** What is killed: processes of the run by the beginning of their names, the program, all of them, or a sandbox's process. */
const targets = [
  ...["pulumi", "pulumi-language", "pulumi-resource", "node", "policy-pack", "program", "all"],
] as const;
const sandboxTargets = ["etcd", "kube-apiserver", "istiod", "supervisor"] as const;

/** Numbers from 0 to 1 that follow from the seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
let last = seed;
const random = (): number => {
  last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0;
  return last / 2 ** 32;
};
const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

// Not part of `make test`: each kill takes about a minute.
describe("soak: random kills of `meshwright up`", function () {
  this.timeout(0);
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

  const kill = async (target: string, pid: number): Promise<void> => {
    const run = target === "policy-pack" ? await policyPacks(state) : runProcesses(state);
    const { processes, supervisorPid } = await sandboxStatus(state);
    const victims =
      target === "program"
        ? [pid]
        : target === "all"
          ? [pid, ...run.map((one) => one.pid)]
          : target === "supervisor"
            ? [supervisorPid]
            : (sandboxTargets as readonly string[]).includes(target)
              ? processes.filter(({ name }) => name.startsWith(target)).map((one) => one.pid)
              : run
                  .filter(({ name }) =>
                    target === "pulumi"
                      ? name === target
                      : target === "policy-pack" || name.startsWith(target),
                  )
                  .map((one) => one.pid);
    for (const victim of victims) {
      try {
        if (victim !== undefined) process.kill(victim, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  };

  it(`${kills} of ${kills} converge with one more run`, async () => {
    const failures: string[] = [];
    let longest = 60_000;
    const start = Date.now();
    process.stdout.write(`    seed ${seed}\n`);
    for (let round = 1; round <= kills; round++) {
      // Every round has something to deploy: another value of istiod's, a deleted object, and many objects that come or go, so
      // that the update has two stages.
      writeShop(project, round % 2 === 1 ? 16 : 0);
      const logLevel = round % 2 === 0 ? "info" : "warning";
      const cluster = { values: { istiod: { global: { proxy: { logLevel } } } } };
      writeFileSync(
        join(project, "Pulumi.local.yaml"),
        stringify({ config: { ...shopConfig, "meshwright:cluster": cluster } }),
      );
      const target = choose([...targets, ...sandboxTargets]);
      const delay = 2_000 + random() * longest;
      const run = startRun(project, state);
      await Promise.race([sleep(delay), run.ended]);
      await kill(target, run.pid);
      await run.ended;
      const begin = Date.now();
      const { exitCode, all } = await startRun(project, state).ended;
      if (round > 1) longest = Math.min(longest, Date.now() - begin);
      const { exitCode: health, stdout } = await meshwright(["status", "--json", "--state", state], {
        cwd: project,
      });
      const left = runProcesses(state).length;
      const title = `round ${round}: ${target} after ${Math.round(delay / 1000)} s`;
      process.stdout.write(`    ${title}: exit code ${exitCode ?? "none"}, status ${health ?? "none"}\n`);
      if (exitCode !== 0 || health !== 0 || left > 0) {
        failures.push(`${title}\n${all}\n${stdout}\n${left} processes left`);
      }
      await h.kubectl(state, ["delete", "authorizationpolicy", "--all", "-n", "shop"]).catch(() => undefined);
    }
    const seconds = Math.round((Date.now() - start) / 1000);
    process.stdout.write(
      `    ${kills - failures.length} of ${kills} converged in ${seconds} s, seed ${seed}\n`,
    );
    expect(failures).to.deep.equal([]);
  });
});
