import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { type CheckedMesh } from "../../checks";
import { UserError } from "../../errors/userError";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { releasesOf } from "../../program/plan";
import { files } from "../../sandbox/state";
import { serverOf } from "../cluster";
import { judgeDeployed } from "../deployed/judge";
import { readSandboxState } from "../deployed/sandboxState";
import { readDrift } from "../drift/read";
import { planned } from "../planned";
import type { Problem } from "../problem";
import { loadProject } from "../project";
import { type FullRecord, readHelmRecords } from "../repair/helmRecords";
import { loadSubject } from "../subject";
import { asResources, driftProblems, pendingProblems } from "./drift";
import { namedSecrets, readSecrets, secretProblems } from "./gatewaySecrets";
import { type Health, judge } from "./judge";
import { meshCaProblems, readMeshCas } from "./meshCa";
import { readSync } from "./readSync";
import { type ExpectedRelease, releaseProblems } from "./releases";
import { takeSnapshot } from "./snapshot";
import { syncProblems } from "./sync";

/** What should be on a cluster. */
export interface Expectation {
  readonly mesh: CheckedMesh;
  /** The catalog's objects, which the pods are compared with. */
  readonly rendered: readonly Manifest[];
  /** Every object that should exist with its content. Empty if the catalog was not named. */
  readonly objects: readonly Manifest[];
  readonly releases: readonly ExpectedRelease[];
}

/**
 * What the catalog that the arguments name says that should be there. Without arguments it is that of the project's only
 * platform. Its settings on the cluster are unknown then, so only pods and Services are compared with it. Undefined without a
 * catalog.
 *
 * @throws {UserError} if the catalog has errors.
 */
export async function expectation(
  argument: string | undefined,
  stack: string | undefined,
): Promise<Expectation | undefined> {
  const named = argument !== undefined || stack !== undefined;
  if (!named && (await loadProject())?.platforms.length !== 1) return undefined;
  const subject = await loadSubject(argument, stack);
  const { mesh } = checkMesh(subject.catalog);
  if (!mesh) {
    throw new UserError({
      problem: `${subject.name} has errors, so it can't be compared with the cluster.`,
      fix: `See them: meshwright check ${argument ?? ""}`.trim(),
    });
  }
  if (!named) return { mesh, rendered: renderMesh(mesh), objects: [], releases: [] };
  const { declared, plan } = planned(subject);
  return {
    mesh,
    rendered: renderMesh(mesh),
    objects: declared.flatMap(({ objects }) => objects),
    releases: plan === undefined ? [] : releasesOf(plan),
  };
}

/**
 * Reads a cluster and judges it: by itself, against what is expected, and on the sandbox against the stack's last deployment.
 *
 * @param state folder of the sandbox, whether or not the cluster is the sandbox's.
 */
export async function examine(
  config: KubeConfig,
  state: string | undefined,
  expected: Expectation | undefined,
): Promise<Health> {
  const sandbox = state !== undefined && isSandbox(config, state) ? state : undefined;
  const snapshot = await takeSnapshot(config);
  const health = judge(snapshot);
  const records = await readHelmRecords(config).catch(deniedRecords);
  const secrets = namedSecrets(snapshot);
  const problems = [
    ...health.problems,
    ...emptyMesh(health),
    ...(records === undefined ? [unreadRecords] : releaseProblems(records, expected?.releases ?? [])),
    ...secretProblems(secrets, await readSecrets(config, secrets)),
    ...meshCaProblems(await readMeshCas(config, snapshot)),
    ...syncProblems(await readSync(config, snapshot.pods, sandbox), snapshot.pods),
    ...(expected === undefined ? [] : judgeDeployed(expected.mesh, expected.rendered, snapshot)),
    ...(await expectedDrift(config, expected?.objects ?? [])),
    ...(await sandboxDrift(config, sandbox, records ?? [])),
  ];
  const unique = [...new Map(problems.map((one) => [`${one.culprit} ${one.problem}`, one])).values()];
  return { ...health, problems: unique, healthy: unique.every(({ severity }) => severity !== "error") };
}

/** A mesh without services and without objects that are about them. Nothing in it can be wrong, and nothing is protected. */
function emptyMesh({ components, objects }: Health): Problem[] {
  const own = Object.keys(objects).filter((kind) => kind !== "PeerAuthentication" && kind !== "Telemetry");
  if (own.length > 0 || components.some(({ role }) => role === "service")) return [];
  return [
    {
      severity: "warning",
      culprit: "Mesh",
      problem: "It is empty: there are no services with a proxy, no routes and no policies.",
      fix: "Deploy a catalog: pulumi up; on the sandbox: meshwright up",
    },
  ];
}

const unreadRecords: Problem = {
  severity: "warning",
  culprit: "Helm releases",
  problem: "You may not list Secrets, so Helm's records can't be read.",
  fix: "Ask for the right to list Secrets, or run helm list --all-namespaces --all with it.",
};

function deniedRecords(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 403) throw error;
  return undefined;
}

async function expectedDrift(config: KubeConfig, objects: readonly Manifest[]): Promise<Problem[]> {
  if (objects.length === 0) return [];
  const drift = await readDrift(config, asResources(objects), []);
  return driftProblems(drift, "Deploy the catalog again: pulumi up; on the sandbox: meshwright up");
}

/** What differs from the last deployment of `meshwright up`, if the cluster is that sandbox. */
async function sandboxDrift(
  config: KubeConfig,
  state: string | undefined,
  records: readonly FullRecord[],
): Promise<Problem[]> {
  if (state === undefined) return [];
  const deployed = readSandboxState(state);
  if (deployed === undefined) return [];
  const fix = "Run meshwright up: it sets it back";
  const drift = await readDrift(config, deployed.resources ?? [], records);
  return [
    ...driftProblems(drift, fix),
    ...pendingProblems(deployed.pending_operations ?? [], "Run meshwright up: it continues"),
  ];
}

function isSandbox(config: KubeConfig, state: string): boolean {
  const file = files.kubeconfig(state);
  if (!existsSync(file)) return false;
  const own = new KubeConfig();
  own.loadFromFile(file);
  return serverOf(own) === serverOf(config);
}
