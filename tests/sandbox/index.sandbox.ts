import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { sandboxStatus, type SandboxStatus, startSandbox, stopSandbox } from "../../sandbox";
import { identify } from "../../sandbox/processIdentity";
import { UserError } from "../../errors/userError";
import { type Harness, harness } from "./harness";
import { until } from "./until";

const pids = (status: SandboxStatus): number[] => [
  ...(status.supervisorPid === undefined ? [] : [status.supervisorPid]),
  ...status.processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
];
// A process that has ended but was not yet collected by its parent still answers to a signal.
const runs = (pid: number): boolean => identify(pid) !== undefined;

describe("sandbox", () => {
  let h: Harness;
  before(async () => {
    h = await harness();
  });
  afterEach(() => h.clean());

  /** Everything that runs with the folder `state` on its command line, whoever started it. */
  const processesOf = async (state: string): Promise<string[]> => {
    const { stdout } = await execa("ps", ["-eo", "args"]);
    return stdout.split("\n").filter((line) => line.includes(`${state}/`) || line.endsWith(state));
  };
  /** Starts a sandbox from a process of its own, as the command line does. */
  const starter = (state: string): ChildProcess => {
    const script = "require(process.env.MODULE).startSandbox(JSON.parse(process.env.OPTIONS))";
    const hooks = ["--no-experimental-strip-types", "-r", "ts-node/register/transpile-only"];
    return spawn(process.execPath, [...hooks, "-e", script], {
      env: {
        ...process.env,
        MODULE: join(process.cwd(), "sandbox", "index.ts"),
        OPTIONS: JSON.stringify(h.options(state)),
      },
      stdio: "ignore",
    });
  };

  it("starts a control plane with ready nodes in two regions, and ends it without a trace", async () => {
    const state = h.folder();
    const status = await startSandbox(h.options(state));
    expect(status).to.include({ state, running: true, ready: true });
    expect(status.processes.map(({ name, status: now }) => `${name} ${now}`)).to.deep.equal([
      "etcd running",
      "kube-apiserver running",
      "kube-controller-manager running",
      "kube-scheduler running",
      "kwok running",
    ]);
    const nodes = await h.kubectl(state, [
      "get",
      "nodes",
      "-o",
      "jsonpath={range .items[*]}{.metadata.labels.topology\\.kubernetes\\.io/region}{' '}{.status.conditions[?(@.type=='Ready')].status}{'\\n'}{end}",
    ]);
    expect(nodes.trim().split("\n").sort()).to.deep.equal([
      "us-east True",
      "us-east True",
      "us-west True",
      "us-west True",
    ]);
    const index = await fetch(`${status.chartRepository ?? ""}/index.yaml`);
    expect(await index.text()).to.contain("name: istiod");

    const before = pids(status);
    expect(before).to.have.length(6);
    await stopSandbox(state, { deleteState: true });
    expect(before.filter(runs)).to.deep.equal([]);
    expect(existsSync(state)).to.equal(false);
  });

  it("finds one that runs already, and lets two run side by side", async () => {
    const [one, two] = [h.folder(), h.folder()];
    const [first, second] = await Promise.all([startSandbox(h.options(one)), startSandbox(h.options(two))]);
    expect(await startSandbox(h.options(one))).to.deep.equal(first);
    await h.kubectl(one, ["create", "namespace", "only-here"]);
    expect(await h.kubectl(two, ["get", "namespaces", "-o", "name"])).to.not.contain("only-here");
    await stopSandbox(one);
    expect((await sandboxStatus(two)).ready).to.equal(true);
    expect(pids(second).every(runs)).to.equal(true);
  });

  it("leaves nothing running when a start is interrupted, whenever that is", async () => {
    const seen = ["supervisor.ts", "etcd", "kube-apiserver", "kwok"];
    for (const program of seen) {
      const state = h.folder();
      const child = starter(state);
      await until(program, async () => (await processesOf(state)).some((line) => line.includes(program)));
      child.kill("SIGINT");
      expect(await once(child, "exit")).to.deep.equal([130, null]);
      expect(await processesOf(state)).to.deep.equal([]);
    }
  });

  it("has every process on record at once, so that a supervisor killed during the start leaves none behind", async () => {
    const state = h.folder();
    const start = startSandbox(h.options(state)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await until("API server", async () =>
      (await processesOf(state)).some((line) => line.includes("kube-apiserver")),
    );
    process.kill((await sandboxStatus(state)).supervisorPid ?? 0, "SIGKILL");
    expect(((await start) as UserError).problem).to.equal(
      "The sandbox did not start: supervisor ended before everything was up. No process keeps running.",
    );
    expect(await processesOf(state)).to.deep.equal([]);
  });

  it("refuses a folder without charts before it starts anything", async () => {
    const state = join(h.folder(), "state");
    const charts = h.folder();
    const error = await startSandbox({ ...h.options(state), charts }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as UserError).problem).to.equal(
      `${charts} is not a chart repository: it has no index.yaml.`,
    );
    expect(existsSync(state)).to.equal(false);
  });

  it("names the process that does not come up and leaves nothing running", async () => {
    const state = h.folder();
    const options = h.options(state);
    const failing = { ...options, programs: { ...options.programs, "kube-scheduler": "/bin/false" } };
    const error = await startSandbox(failing).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError);
    expect((error as UserError).problem).to.equal(
      "The sandbox did not start: kube-scheduler ended with exit code 1. No process keeps running.",
    );
    expect((error as UserError).fix).to.contain(join(state, "logs", "kube-scheduler.log"));
    expect(await sandboxStatus(state)).to.include({ running: false, ready: false });
    expect(pids(await sandboxStatus(state))).to.deep.equal([]);
  });

  it("refuses a port that is in use before it starts anything", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const state = h.folder();
    try {
      await startSandbox({ ...h.options(state), apiServerPort: port });
      expect.fail("it started");
    } catch (error) {
      expect((error as UserError).problem).to.equal(
        `Port ${port} on 127.0.0.1, wanted for the API server, is in use.`,
      );
    } finally {
      server.close();
    }
    expect((await sandboxStatus(state)).processes).to.deep.equal([]);
    await stopSandbox(state, { deleteState: true });
    expect(existsSync(state)).to.equal(false);
  });

  it("does not delete a folder that is no sandbox's", async () => {
    const folder = h.folder();
    mkdirSync(join(folder, "photographs"));
    writeFileSync(join(folder, "photographs", "one"), "");
    const error = await stopSandbox(folder, { deleteState: true }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as UserError).problem).to.contain("is not the state of a sandbox");
    expect(existsSync(join(folder, "photographs", "one"))).to.equal(true);
  });
});

// Each of these leaves the sandbox running, and the last one starts it over.
describe("one sandbox that loses its processes", () => {
  let h: Harness;
  let state: string;
  before(async () => {
    h = await harness();
    state = h.folder();
    await startSandbox(h.options(state));
  });
  after(() => h.clean());

  it("starts a process again that was killed", async () => {
    const scheduler = (await sandboxStatus(state)).processes.find(({ name }) => name === "kube-scheduler");
    process.kill(scheduler?.pid ?? 0, "SIGKILL");
    await until("restart", async () => {
      const now = (await sandboxStatus(state)).processes.find(({ name }) => name === "kube-scheduler");
      return now?.status === "running" && now.restarts === 1 && now.pid !== scheduler?.pid;
    });
  });

  it("has ready pods again soon after KWOK was killed", async () => {
    const { processes } = await sandboxStatus(state);
    process.kill(processes.find(({ name }) => name === "kwok")?.pid ?? 0, "SIGKILL");
    await h.kubectl(state, ["create", "deployment", "web", "--image=web"]);
    await h.kubectl(state, ["rollout", "status", "deployment/web", "--timeout=15s"]);
  });

  it("does not start over because one of its processes is down for a moment", async () => {
    const first = await sandboxStatus(state);
    process.kill(first.processes.find(({ name }) => name === "kube-apiserver")?.pid ?? 0, "SIGKILL");
    await until("loss", async () => !(await sandboxStatus(state)).ready);
    const again = await startSandbox(h.options(state));
    expect(again).to.include({ ready: true, supervisorPid: first.supervisorPid });
  });

  it("refuses another port for an API server that runs already", async () => {
    const { apiServer } = await sandboxStatus(state);
    const port = Number(new URL(apiServer ?? "").port);
    const error = await startSandbox({ ...h.options(state), apiServerPort: port + 1 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as UserError).problem).to.equal(
      `The sandbox in ${state} runs already, with its API server on port ${port}, not ${port + 1}.`,
    );
    expect((await startSandbox({ ...h.options(state), apiServerPort: port })).ready).to.equal(true);
  });

  it("ends the processes of a supervisor that was killed, and starts over with the cluster's data", async () => {
    const crashed = await sandboxStatus(state);
    await h.kubectl(state, ["create", "namespace", "kept"]);
    process.kill(crashed.supervisorPid ?? 0, "SIGKILL");
    await until("death", async () => !(await sandboxStatus(state)).running);

    const again = await startSandbox(h.options(state));
    expect(pids(crashed).filter(runs)).to.deep.equal([]);
    expect(again.apiServer).to.equal(crashed.apiServer);
    expect(await h.kubectl(state, ["get", "namespace", "kept", "-o", "name"])).to.equal("namespace/kept");
  });
});
