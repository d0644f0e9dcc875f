import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import { type RunProcess, runProcesses } from "../../cli/runProcesses";
import { sandboxStatus } from "../../sandbox";
import { lockFile } from "../../sandbox/runLock";
import { files } from "../../sandbox/state";
import type { Problem } from "../../cli/problem";
import { istioCharts } from "../../toolchain/pins";
import { shopProject } from "../program/shopProject";
import { type Harness, harness, startSandbox } from "../sandbox/harness";
import { meshwright } from "./run";
import { startRun, type UpRun } from "./upRun";

/** What `meshwright status --json` says. */
export interface Judged {
  readonly exitCode: number | undefined;
  readonly problems: readonly Problem[];
}

/** A sandbox with the stack of {@link shopProject}, for tests that cause faults. */
export class DeployedShop {
  private constructor(
    readonly h: Harness,
    readonly state: string,
    readonly project: string,
  ) {}

  /** Starts the sandbox and writes the project, with `more` services. Nothing is deployed yet. */
  static async start(more = 0): Promise<DeployedShop> {
    await meshwright(["--version"]); // compiles it
    const h = await harness();
    const shop = new DeployedShop(h, h.folder(), shopProject(more));
    await startSandbox(h.options(shop.state));
    return shop;
  }

  async clean(): Promise<void> {
    rmSync(this.project, { recursive: true, force: true });
    await this.h.clean();
    rmSync(lockFile(this.state), { force: true });
  }

  core(): CoreV1Api {
    const config = new KubeConfig();
    config.loadFromFile(files.kubeconfig(this.state));
    return config.makeApiClient(CoreV1Api);
  }

  /** The content of the Secret with the gateway's certificate. */
  async certificate(): Promise<Record<string, string> | undefined> {
    return (await this.core().readNamespacedSecret({ name: "shop-cert", namespace: "istio-ingress" })).data;
  }

  kubectl(...args: string[]): Promise<string> {
    return this.h.kubectl(this.state, args);
  }

  /** Runs helm on the sandbox, as another tool would. */
  async helm(...args: string[]): Promise<string> {
    const { stdout } = await execa(this.h.toolchain.program("helm"), args, {
      env: { KUBECONFIG: files.kubeconfig(this.state), HELM_CACHE_HOME: `${this.state}.helm` },
    });
    return stdout;
  }

  /** Path of a packaged chart of the sandbox's Istio. */
  chart(name: string): string {
    const { charts } = this.h.toolchain;
    const [found] = globSync(join(charts, `${name}-${istioCharts.version}.tgz`));
    if (found === undefined) throw new Error(`${charts} has no chart ${name}.`);
    return found;
  }

  run(): UpRun {
    return startRun(this.project, this.state);
  }

  /** The processes that deploy to the sandbox. */
  processes(): RunProcess[] {
    return runProcesses(this.state);
  }

  up(): UpRun["ended"] {
    return this.run().ended;
  }

  async status(): Promise<Judged> {
    const { exitCode, stdout } = await meshwright(["status", "--json", "--state", this.state], {
      cwd: this.project,
    });
    return { exitCode, problems: (JSON.parse(stdout) as { problems: Problem[] }).problems };
  }

  /** Nothing is left to change, the mesh is healthy, and no process of a run is left. */
  async expectConverged(): Promise<void> {
    const { exitCode, all } = await this.up();
    expect(exitCode, all).to.equal(0);
    expect(all).to.match(/^Resources:\n +\d+ unchanged\n/m);
    await this.expectHealthy();
  }

  /** As {@link expectConverged}, by what the stack's state and the cluster have, without one more update. */
  async expectSettled(): Promise<void> {
    const args = ["preview", "--state", this.state, "--format", "json"];
    const { exitCode, stdout, stderr } = await meshwright(args, { cwd: this.project });
    expect(exitCode, stderr).to.equal(0);
    expect((JSON.parse(stdout) as { changes: object[] }).changes).to.deep.equal([]);
    await this.expectHealthy();
  }

  private async expectHealthy(): Promise<void> {
    expect(await this.status()).to.deep.equal({ exitCode: 0, problems: [] });
    expect(runProcesses(this.state)).to.deep.equal([]);
  }

  /** Whether Helm has a record of the release, of that status. Default: of any. */
  async hasRecord(release: string, status?: string): Promise<boolean> {
    const labelSelector = `owner=helm,name=${release}${status === undefined ? "" : `,status=${status}`}`;
    return (await this.core().listSecretForAllNamespaces({ labelSelector })).items.length > 0;
  }

  async hasNamespace(name: string): Promise<boolean> {
    return (await this.core().listNamespace({ fieldSelector: `metadata.name=${name}` })).items.length > 0;
  }

  /** The processes of the sandbox's control plane whose names begin so. */
  async controlPlane(name: string): Promise<number[]> {
    const { processes } = await sandboxStatus(this.state);
    return processes.flatMap((one) => (one.name.startsWith(name) && one.pid !== undefined ? [one.pid] : []));
  }
}

/** Resolves as soon as the condition holds, and fails if the run ends before. */
export async function during(run: UpRun, what: string, condition: () => Promise<boolean>): Promise<void> {
  let over: string | undefined;
  void run.ended.then(({ all }) => (over = all));
  while (!(await condition())) {
    if (over !== undefined) throw new Error(`It ended before "${what}":\n${over}`);
    await sleep(100);
  }
}

/** Kills the processes of a run whose program has that name, as if the machine had: without a chance to end well. */
export function kill(run: UpRun, name: string): void {
  const found = run.processes().filter((one) => one.name.startsWith(name));
  expect(found, name).to.have.length.greaterThan(0);
  for (const { pid } of found) process.kill(pid, "SIGKILL");
}

/** The processes that run the policy pack in a deployment to the sandbox in `state`. */
export async function policyPacks(state: string): Promise<RunProcess[]> {
  const found = await Promise.all(
    runProcesses(state).map(async (one) => {
      const { stdout } = await execa("ps", ["-ww", "-o", "command=", "-p", String(one.pid)], {
        reject: false,
      });
      return stdout.includes("run-policy-pack") ? [one] : [];
    }),
  );
  return found.flat();
}

/** Kills every process of a run. */
export function killAll(run: UpRun): void {
  for (const pid of [run.pid, ...run.processes().map((one) => one.pid)]) process.kill(pid, "SIGKILL");
}
