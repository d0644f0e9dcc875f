import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
} from "@kubernetes/client-node";
import type { Command } from "commander";
import pc from "picocolors";
import { apiClient, customObjects } from "./apiClient";
import { clusterOptions, explainFailure, loadCluster, serverOf } from "./cluster";
import { type Health, injectorsOf, judge, type Problem, type Snapshot } from "./health";
import { print, table } from "./output";

/** `meshwright status`: is the mesh on a cluster well, and if not, who isn't and what to do. */
export function statusCommand(command: Command): void {
  command.option("--json", "print JSON");
  clusterOptions(command).action(async ({ json }: { json?: true }) => {
    const config = loadCluster(command);
    const health = judge(await takeSnapshot(config).catch((error: unknown) => explainFailure(config, error)));
    print(json ? JSON.stringify({ server: serverOf(config), ...health }, null, 2) : describe(config, health));
    if (!health.healthy) process.exitCode = 1;
  });
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

function describeProblem({ severity, culprit, problem, cure }: Problem): string[] {
  const colour = severity === "error" ? pc.red : pc.yellow;
  return [`${colour(severity)} ${pc.bold(culprit)}`, `  ${problem}`, `  ${pc.dim("cure:")} ${cure}`, ""];
}
