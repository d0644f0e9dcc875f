import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
} from "@kubernetes/client-node";
import type { Command } from "commander";
import pc from "picocolors";
import { checkMesh } from "../../checks";
import { renderMesh } from "../../mesh";
import { UserError } from "../../errors/userError";
import { apiClient, customObjects } from "../apiClient";
import { loadSubject, stackOption } from "../subject";
import { clusterOptions, explainFailure, loadCluster, serverOf } from "../cluster";
import { type Health, injectorsOf, judge, type Snapshot } from "../health";
import { judgeDeployed } from "../deployed";
import { print, table } from "../output";
import type { Problem } from "../problem";
import { loadProject } from "../project";

/** `meshwright status`: is the mesh on a cluster well, and if not, who isn't and what to do. */
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

/** Returns what compares a cluster with the catalog that the arguments mean; without one it finds nothing. */
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

async function takeSnapshot(config: KubeConfig): Promise<Snapshot> {
  const [admission, apps, core, extensions] = [
    apiClient(config, AdmissionregistrationV1Api),
    apiClient(config, AppsV1Api),
    apiClient(config, CoreV1Api),
    apiClient(config, ApiextensionsV1Api),
  ];
  const [webhooks, deployments, statefulSets, daemonSets, pods, services, namespaces, definitions] =
    await Promise.all([
      admission.listMutatingWebhookConfiguration(),
      apps.listDeploymentForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
      apps.listDaemonSetForAllNamespaces(),
      core.listPodForAllNamespaces(),
      core.listServiceForAllNamespaces(),
      core.listNamespace(),
      extensions.listCustomResourceDefinition(),
    ]);
  const ours = definitions.items.filter(
    ({ spec: { group } }) => group.endsWith(".istio.io") || group === "monitoring.coreos.com",
  );
  return {
    // Lists leave the kind of their items out.
    workloads: [
      ...deployments.items.map((one) => Object.assign(one, { kind: "Deployment" })),
      ...statefulSets.items.map((one) => Object.assign(one, { kind: "StatefulSet" })),
      ...daemonSets.items.map((one) => Object.assign(one, { kind: "DaemonSet" })),
    ],
    pods: pods.items,
    services: services.items,
    namespaces: namespaces.items,
    injectors: injectorsOf(webhooks.items),
    objects: (
      await Promise.all(
        ours.map(async (one) =>
          (await customObjects(config, one)).map((object) => ({ ...object, kind: one.spec.names.kind })),
        ),
      )
    ).flat(),
  };
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
      ? `${pc.green("✔")} ${total === 0 ? "All is well." : `It works; ${total === 1 ? "one thing" : `${total} things`} to look at.`}`
      : `${pc.red("✘")} Not well: ${total === 1 ? "1 problem" : `${total} problems`}.`,
  ].join("\n");
}

function describeProblem({ severity, culprit, problem, fix }: Problem): string[] {
  const colour = severity === "error" ? pc.red : pc.yellow;
  return [`${colour(severity)} ${pc.bold(culprit)}`, `  ${problem}`, `  ${pc.dim("fix:")} ${fix}`, ""];
}
