import { VersionApi } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseSpec } from "../components/plain";
import { runError } from "../components/runError";
import { parse } from "yaml";
import type { ClusterCheck, ClusterFinding } from "./cluster/finding";
import { judgeCluster } from "./cluster/judge";
import type { ClusterNeeds } from "./cluster/needs";
import { readCluster } from "./cluster/read";
import { loadKubeConfig } from "./kubeconfig";

/**
 * The preflight checks: before any resource is registered, reports every problem that would make the run fail later.
 * These are a missing kubeconfig, a cluster that does not answer, the findings of `program/cluster`, and a chart
 * repository without an answer or a version. Previews do the same. Warnings are logged.
 *
 * @param accepted preflight checks whose errors become warnings.
 * @throws {pulumi.RunError} with every error and its fix.
 */
export async function preflight(needs: ClusterNeeds, accepted: readonly ClusterCheck[] = []): Promise<void> {
  const byRepository = Map.groupBy(needs.releases, ({ repository }) => repository);
  const answers = await Promise.allSettled([
    checkCluster(needs, accepted),
    ...[...byRepository].map(([repository, charts]) => checkCharts(repository, charts)),
  ]);
  const problems = answers.flatMap((answer) =>
    answer.status === "rejected" ? [(answer.reason as Error).message] : (answer.value ?? []),
  );
  if (problems.length > 0) throw runError(`Nothing was changed.\n${problems.join("\n")}`);
}

/** Returns the errors, and logs the warnings. */
function report(findings: readonly ClusterFinding[]): string[] {
  const text = ({ check, problem, fix }: ClusterFinding): string => `[${check}] ${problem} ${fix}`;
  const { error: errors = [], warning: warnings = [] } = Object.groupBy(findings, ({ severity }) => severity);
  for (const warning of warnings) void pulumi.log.warn(text(warning));
  const names = [...new Set(errors.map(({ check }) => check))];
  return errors.length === 0
    ? []
    : [
        ...errors.map(text),
        `If one of these does not apply, accept it: ${names
          .map((name, i) => `pulumi config set --path 'meshwright:cluster.acceptedFindings[${i}]' ${name}`)
          .join("; ")}`,
      ];
}

const patience = 10_000;

async function checkCluster(needs: ClusterNeeds, accepted: readonly ClusterCheck[]): Promise<string[]> {
  const { config, origin } = loadKubeConfig();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error(
      `The ${origin} has no context "${config.getCurrentContext()}". ` +
        `Known: ${
          config
            .getContexts()
            .map(({ name }) => name)
            .join(", ") || "none"
        }. ` +
        "Choose one: pulumi config set kubernetes:context <name>",
    );
  }
  let kubernetes: string;
  try {
    ({ gitVersion: kubernetes } = await within(patience, config.makeApiClient(VersionApi).getCode()));
  } catch (error) {
    throw new Error(
      `The cluster ${cluster.server} (context "${config.getCurrentContext()}" of the ${origin}) does not answer: ${messageOf(error)}. ` +
        "Check that it runs and that you can reach it: kubectl version. Another cluster: pulumi config set kubernetes:context <name>",
      { cause: error },
    );
  }
  return report(judgeCluster(await readCluster(config, kubernetes, needs), needs, accepted));
}

async function checkCharts(repository: string, releases: readonly ReleaseSpec[]): Promise<void> {
  // An OCI registry has no index.
  if (repository.startsWith("oci://")) return;
  const url = `${repository.replace(/\/$/, "")}/index.yaml`;
  const fix = "Check the network, or set a mirror: pulumi config set meshwright:chartRepository <url>";
  let text: string;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(`it answers ${answer.status} ${answer.statusText}`);
    text = await answer.text();
  } catch (error) {
    throw new Error(`The chart repository ${url} can't be read: ${messageOf(error)}. ${fix}`, {
      cause: error,
    });
  }
  const { entries } = parse(text) as { entries: Record<string, { version: string }[]> };
  const wanted = new Map(releases.map((release) => [release.chart, release]));
  const missing = [...wanted.values()].flatMap(({ chart, version }) => {
    const versions = (entries[chart] ?? []).map((entry) => entry.version);
    if (versions.includes(version)) return [];
    return [`${chart} ${version} (it has ${versions.slice(0, 5).join(", ") || "none"})`];
  });
  if (missing.length > 0) {
    throw new Error(
      `The chart repository ${url} has no ${missing.join(", no ")}. Add them to it, or choose another version of Istio: ` +
        `pulumi config set meshwright:istioVersion <version>. ${fix}`,
    );
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
