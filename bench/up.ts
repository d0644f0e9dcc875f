/**
 * What a first deployment of about 1,000 objects takes, then one without changes, one with a change, and the end of it.
 * kubectl's server-side apply of the same objects in the same run stands beside it. The control plane and istiod, which
 * validates each object, are not counted. Run it with `make bench`; SERVICES says how many services the mesh has
 * (default: 250). FIRST=1 measures only a first deployment and one without changes, without kubectl: of 10,000 objects, the
 * whole takes more than an hour. CHECKPOINTS=1 also measures a first update that saves the state after each step, which takes minutes.
 * S3=1 also measures a backend in S3, whose server is installed from the registry.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { table } from "../cli/output";
import { type LocalPulumi, localStack, withoutCheckpoints } from "../cli/pulumi";
import { deploy } from "../cli/update/deploy";
import { toYaml } from "../mesh/toYaml";
import { harness } from "../tests/sandbox/harness";
import { startS3 } from "../tests/sandbox/s3";
import { meshProject, objectsOf, writeCatalog } from "./meshProject";

const services = Number(process.env.SERVICES ?? 250);
const pack = join(__dirname, "..", "policy-pack");
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What a command and its children took, in seconds. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** CPU time of all children that have ended, and of theirs, in seconds. Linux alone tells it. */
function childrensCpu(): number {
  const [, fields = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const [user = NaN, system = NaN] = fields.split(" ").slice(13, 15).map(Number);
  return (user + system) / 100;
}

async function measure(work: () => Promise<unknown>): Promise<Cost> {
  const [start, cpu] = [performance.now(), childrensCpu()];
  await work();
  return { wall: (performance.now() - start) / 1000, cpu: childrensCpu() - cpu };
}

async function bench(): Promise<void> {
  const h = await harness();
  const project = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const objects = objectsOf(services);
    const { status, pulumi } = await meshProject(h, project, services);
    await h.installIstio(status.state, status);
    if (process.env.FIRST === "1") {
      await firstDeployment(quietly(pulumi), objects.length);
      return;
    }
    const manifests = join(project, "objects.yaml");
    // kubectl applies objects in their order, so the namespace comes first.
    const { true: namespaces = [], false: others = [] } = Object.groupBy(objects, ({ kind }) =>
      kind === "Namespace" ? "true" : "false",
    );
    writeFileSync(manifests, [...namespaces, ...others].map((one) => toYaml(one)).join("---\n"));
    const kubectl = (...args: string[]) => h.kubectl(status.state, [...args, "-f", manifests]);
    const rows: [string, Cost, Cost][] = [];
    const first = await measure(() => kubectl("apply", "--server-side"));
    const again = await measure(() => kubectl("apply", "--server-side"));
    const removed = await measure(() => kubectl("delete"));

    const quiet = quietly(pulumi);
    const target = ["--stack", localStack, "--config-file", pulumi.configFile];
    const step = async (name: string, peer: Cost, work: () => Promise<unknown>): Promise<void> => {
      rows.push([name, await measure(work), peer]);
    };
    const up = (env = {}) => quiet.run(["up", ...target, "--yes", "--skip-preview"], { env });
    const destroy = (env = {}) => quiet.run(["destroy", ...target, "--yes", "--skip-preview"], { env });
    if (process.env.CHECKPOINTS === "1") {
      await step("pulumi up --skip-preview", first, () => up());
      await step("pulumi destroy", removed, () => destroy());
    }
    await step("pulumi up --skip-preview, without checkpoints", first, () => up(withoutCheckpoints));
    await destroy(withoutCheckpoints);
    await step("meshwright up, with policies", first, () => deploy(quiet, pack, "stages"));
    await step("no change: pulumi up --skip-preview", again, () => up());
    await step("no change: pulumi preview", again, () => quiet.run(["preview", ...target]));
    writeCatalog(project, services, "6s");
    await step("one service: pulumi preview", again, () => quiet.run(["preview", ...target]));
    await step("one service: pulumi up --skip-preview", again, () => up());
    await step("pulumi destroy, without checkpoints", removed, () => destroy(withoutCheckpoints));

    if (process.env.S3 === "1") {
      writeCatalog(project, services);
      const s3 = await startS3();
      try {
        const env = { ...s3.env, ...withoutCheckpoints };
        await quiet.run(["stack", "init", localStack, "-C", dirname(pulumi.configFile)], { env });
        await step("S3: pulumi up --skip-preview, without checkpoints", first, () => up(env));
        await step("S3: no change: pulumi up --skip-preview", again, () => up(s3.env));
        writeCatalog(project, services, "6s");
        await step("S3: one service: pulumi up --skip-preview", again, () => up(s3.env));
        await step("S3: pulumi destroy, without checkpoints", removed, () => destroy(env));
      } finally {
        await s3.stop();
      }
    }

    print(`Deployments of ${objects.length} objects, and kubectl apply --server-side or delete`);
    print(
      table(
        ["", "s", "KUBECTL s", "RATIO", "CPU s", "KUBECTL CPU s", "RATIO OF CPU"],
        rows.map(([name, own, peer]) => [
          name,
          own.wall.toFixed(1),
          peer.wall.toFixed(1),
          (own.wall / peer.wall).toFixed(1),
          own.cpu.toFixed(1),
          peer.cpu.toFixed(1),
          (own.cpu / peer.cpu).toFixed(1),
        ]),
      ),
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
    await h.clean();
  }
}

/** Prints what a first deployment takes, and one without changes: in seconds, and for each object. */
async function firstDeployment(pulumi: LocalPulumi, objects: number): Promise<void> {
  const up = (env = {}) =>
    pulumi.run(["up", "--stack", localStack, "--config-file", pulumi.configFile, "--yes", "--skip-preview"], {
      env,
    });
  const rows: [string, Cost][] = [
    ["pulumi up --skip-preview, without checkpoints", await measure(() => up(withoutCheckpoints))],
    ["no change: pulumi up --skip-preview", await measure(() => up())],
  ];
  print(`Deployments of ${objects} objects`);
  print(
    table(
      ["", "s", "CPU s", "ms EACH", "CPU ms EACH"],
      rows.map(([name, { wall, cpu }]) => [
        name,
        wall.toFixed(1),
        cpu.toFixed(1),
        ((wall * 1000) / objects).toFixed(1),
        ((cpu * 1000) / objects).toFixed(1),
      ]),
    ),
  );
}

/** Pulumi without its output, unless it fails. */
function quietly(pulumi: LocalPulumi): LocalPulumi {
  return {
    ...pulumi,
    run: async (args, { env = {} } = {}) => {
      const { exitCode, stdout } = await execa(pulumi.program, [...args, "--non-interactive"], {
        ...pulumi.options,
        env: { ...pulumi.options.env, ...env },
        reject: false,
      });
      if (exitCode !== 0) throw new Error(stdout.slice(-2_000));
      return 0;
    },
  };
}

bench().catch((error: unknown) => {
  process.stderr.write(`${String(error).slice(0, 2_000)}\n`);
  process.exitCode = 1;
});
