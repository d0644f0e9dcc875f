import type { KubeConfig } from "@kubernetes/client-node";
import type { Command } from "commander";
import pc from "picocolors";
import { checkMesh, renderMesh } from "../../mesh";
import { UserError } from "../../errors/userError";
import { loadSubject, stackOption } from "../subject";
import { clusterOptions, explainFailure, loadCluster, serverOf } from "../cluster";
import { judgeDeployed } from "../deployed/judge";
import { type Health, judge } from "../health/judge";
import { type Snapshot, takeSnapshot } from "../health/snapshot";
import { print, table } from "../output";
import type { Problem } from "../problem";
import { loadProject } from "../project";

/** `meshwright status`: the health of the mesh on a cluster, each problem with its fix. */
export function statusCommand(command: Command): void {
  command
    .argument(
      "[catalog]",
      "platform of the Pulumi project in this folder, or path of a .ts, .js, .json or .yaml file, to compare the cluster with (default: the project's platform, if it has one only)",
    )
    .option("--stack <name>", stackOption)
    .option("--json", "print JSON");
  clusterOptions(command).action(
    async (argument: string | undefined, { json, stack }: { json?: true; stack?: string }) => {
      const config = loadCluster(command);
      const compare = await comparison(argument, stack);
      const snapshot = await takeSnapshot(config).catch((error: unknown) => explainFailure(config, error));
      const health = withProblems(judge(snapshot), compare(snapshot));
      print(
        json ? JSON.stringify({ server: serverOf(config), ...health }, null, 2) : describe(config, health),
      );
      if (!health.healthy) process.exitCode = 1;
    },
  );
}

/** Returns the comparison of a cluster with the catalog that the arguments name. Without a catalog it finds nothing. */
async function comparison(
  argument: string | undefined,
  stack: string | undefined,
): Promise<(snapshot: Snapshot) => Problem[]> {
  const meant = argument !== undefined || stack !== undefined;
  if (!meant && (await loadProject())?.platforms.length !== 1) return () => [];
  const { name, catalog } = await loadSubject(argument, stack);
  const { mesh } = checkMesh(catalog);
  if (!mesh) {
    throw new UserError({
      problem: `${name} has errors, so it can't be compared with the cluster.`,
      fix: `See them: meshwright check ${argument ?? ""}`.trim(),
    });
  }
  const objects = renderMesh(mesh);
  return (snapshot) => judgeDeployed(mesh, objects, snapshot);
}

function withProblems(health: Health, more: readonly Problem[]): Health {
  const problems = [...health.problems, ...more];
  return { ...health, problems, healthy: problems.every(({ severity }) => severity !== "error") };
}

function describe(config: KubeConfig, { healthy, components, proxies, objects, problems }: Health): string {
  const rows = components.map(({ role, namespace, name, ready, desired, version, services }) => [
    role,
    `${namespace}/${name}`,
    `${ready}/${desired}`,
    version,
    services.join(" ") || "-",
  ]);
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const total = problems.length;
  return [
    `Mesh on ${serverOf(config)}`,
    "",
    table(["ROLE", "NAME", "READY", "VERSION", "SERVICES"], rows),
    "",
    `Proxies by version: ${list(proxies)}`,
    `Objects: ${list(objects)}`,
    "",
    ...problems.flatMap(describeProblem),
    healthy
      ? `${pc.green("✔")} ${total === 0 ? "No problems found." : `The mesh works, with ${total === 1 ? "1 warning" : `${total} warnings`}.`}`
      : `${pc.red("✘")} The mesh is not healthy: ${total === 1 ? "1 problem" : `${total} problems`}.`,
  ].join("\n");
}

function describeProblem({ severity, culprit, problem, fix }: Problem): string[] {
  const colour = severity === "error" ? pc.red : pc.yellow;
  return [`${colour(severity)} ${pc.bold(culprit)}`, `  ${problem}`, `  ${pc.dim("fix:")} ${fix}`, ""];
}
