/**
 * What the policy pack adds to a preview of 1,000 objects, and what its server takes for 5,000. Previews with and without
 * the pack take turns on one control plane, so that the machine's moods hit both. Times are this machine's; the ratio
 * carries over. Run it with `make bench`; RUNS says how many pairs of previews it makes (default: 5).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { execa } from "execa";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { table } from "../cli/output";
import { type LocalPulumi, localStack } from "../cli/pulumi";
import type { Manifest } from "../mesh";
import { harness } from "../tests/sandbox/harness";
import { meshProject, objectsOf } from "./meshProject";

const repository = join(__dirname, "..");
const packFolder = join(repository, "policy-pack");
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What a process and its children took, in seconds. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const seconds = (value: number): string => value.toFixed(2);

async function main(): Promise<void> {
  await benchServer();
  await benchPreview(Number(process.env.RUNS ?? 5));
}

/** The server alone: what it takes to judge each object, and then all of them as a stack. */
async function benchServer(): Promise<void> {
  const rows: string[][] = [];
  for (const services of [200, 1_000]) {
    const objects = objectsOf(services);
    rows.push([String(objects.length), ...(await serve(objects))]);
  }
  print("The pack's server");
  print(
    table(["OBJECTS", "START s", "CPU OF START s", "CPU EACH ms", "CPU OF STACK s", "PEAK MEMORY MB"], rows),
  );
}

async function serve(objects: readonly Manifest[]): Promise<string[]> {
  const runner = createRequire(join(packFolder, "package.json")).resolve(
    "@pulumi/pulumi/cmd/run-policy-pack",
  );
  const start = performance.now();
  const pack = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
    cwd: packFolder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PULUMI_CONFIG: "{}" },
  });
  try {
    const [port] = (await once(pack.stdout, "data")) as [Buffer];
    const started = (performance.now() - start) / 1000;
    const pid = pack.pid ?? 0;
    const client = new AnalyzerClient(`127.0.0.1:${String(port).trim()}`, credentials.createInsecure(), {
      "grpc.max_send_message_length": -1,
    });
    const atStart = cpuOf(pid);
    for (const object of objects) {
      const request = describe(new analyzer.AnalyzeRequest(), object);
      await call((done) => client.analyze(request, done));
    }
    const afterEach = cpuOf(pid);
    const stack = new analyzer.AnalyzeStackRequest();
    for (const object of objects) stack.addResources(describe(new analyzer.AnalyzerResource(), object));
    await call((done) => client.analyzeStack(stack, done));
    client.close();
    return [
      seconds(started),
      seconds(atStart),
      (((afterEach - atStart) / objects.length) * 1000).toFixed(2),
      seconds(cpuOf(pid) - afterEach),
      peakMemoryOf(pid),
    ];
  } finally {
    pack.kill();
  }
}

function describe<R extends analyzer.AnalyzeRequest | analyzer.AnalyzerResource>(
  request: R,
  object: Manifest,
): R {
  const { apiVersion, kind, metadata } = object;
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  request.setType(type);
  request.setName(metadata.name);
  request.setUrn(`urn:pulumi:dev::bench::${type}::${metadata.namespace ?? ""}/${metadata.name}`);
  request.setProperties(
    Struct.fromJavaScript(JSON.parse(JSON.stringify(object)) as Parameters<typeof Struct.fromJavaScript>[0]),
  );
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  return request;
}

function call(send: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    send((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Linux alone tells what another process took; elsewhere these columns say NaN. */
function cpuOf(pid: number): number {
  const [, fields] = readProc(pid, "stat").split(") ");
  const [user, system] = (fields ?? "").split(" ").slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) / 100;
}

function peakMemoryOf(pid: number): string {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readProc(pid, "status")) ?? [];
  return (Number(kilobytes) / 1024).toFixed(0);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** The engine: previews of a catalog's objects that the cluster does not have yet, with the pack and without. */
async function benchPreview(runs: number): Promise<void> {
  const h = await harness();
  const project = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const services = 200;
    const count = objectsOf(services).length;
    const { status, pulumi } = await meshProject(h, project, services);
    const base = ["install", "base", "base", "--repo", status.chartRepository ?? "", "--create-namespace"];
    await execa(
      h.toolchain.program("helm"),
      [...base, "--namespace", "istio-system", "--set", "defaultRevision="],
      {
        env: { KUBECONFIG: status.kubeconfig, HELM_CACHE_HOME: join(status.state, "helm") },
      },
    );
    await h.kubectl(status.state, ["create", "namespace", "bench"]);
    const without = () => preview(pulumi, count);
    const withPack = () => preview(pulumi, count, "--policy-pack", packFolder);
    await without(); // fills caches
    const pairs: { without: Cost; with: Cost }[] = [];
    for (let run = 0; run < runs; run++) pairs.push({ without: await without(), with: await withPack() });

    print(`\nPreviews of ${count} objects`);
    print(
      table(
        ["", "WITHOUT s", "WITH s", "RATIO", "CPU WITHOUT s", "CPU WITH s", "RATIO OF CPU"],
        pairs.map((pair, index) => [
          String(index + 1),
          seconds(pair.without.wall),
          seconds(pair.with.wall),
          seconds(pair.with.wall / pair.without.wall),
          seconds(pair.without.cpu),
          seconds(pair.with.cpu),
          seconds(pair.with.cpu / pair.without.cpu),
        ]),
      ),
    );
    const ratio = (of: keyof Cost) => median(pairs.map((pair) => pair.with[of] / pair.without[of]));
    print(
      `The pack adds ${percent(ratio("wall"))} of time and ${percent(ratio("cpu"))} of CPU (medians of ${runs} pairs; aim: 15 % of time).`,
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
    await h.clean();
  }
}

function percent(ratio: number): string {
  return `${((ratio - 1) * 100).toFixed(0)} %`;
}

/** One preview; the shell tells what it and all its children took. */
async function preview(
  { program, options, configFile }: LocalPulumi,
  count: number,
  ...args: string[]
): Promise<Cost> {
  const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive"];
  const start = performance.now();
  const { stdout } = await execa(
    "bash",
    ["-c", '"$@" || exit $?; times', "bash", program, "preview", ...target, "--suppress-outputs", ...args],
    options,
  );
  const wall = (performance.now() - start) / 1000;
  if (!stdout.includes(`+ ${count + 2} to create`)) throw new Error(stdout.slice(-2000));
  const [user = "", system = ""] = (stdout.trim().split("\n").at(-1) ?? "").split(" ");
  return { wall, cpu: secondsOf(user) + secondsOf(system) };
}

/** What `times` prints: `1m2.345s`. */
function secondsOf(text: string): number {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

void main();
