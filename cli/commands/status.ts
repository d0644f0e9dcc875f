import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { UserError } from "../../errors/userError";
import { stackOption } from "../subject";
import { clusterOptions, type ClusterOptions, explainFailure, loadCluster, serverOf } from "../cluster";
import { examine, expectation } from "../health/examine";
import type { Health } from "../health/judge";
import { print, table } from "../output";
import type { Problem } from "../problem";

interface StatusOptions extends ClusterOptions {
  readonly json?: true;
  readonly stack?: string;
  readonly watch?: true;
  readonly interval: number;
}

/** `meshwright status`: the health of the mesh on a cluster, each problem with its fix. */
export function statusCommand(command: Command): void {
  command
    .argument(
      "[catalog]",
      "catalog to compare the cluster with: platform of the Pulumi project in this folder, or path of a .ts, .js, .json or .yaml file. Default: the project's platform, if it has only one; on the sandbox the stack's last deployment, too",
    )
    .option("--stack <name>", stackOption)
    .addOption(new Option("--json", "print JSON").conflicts("watch"))
    .option("--watch", "repeat until Ctrl-C, and print what has changed")
    .addOption(
      new Option("--interval <seconds>", "watch, with this time between two examinations, from 0.1")
        .argParser(parseSeconds)
        .default(5)
        .implies({ watch: true }),
    );
  clusterOptions(command).action(async (argument: string | undefined, options: StatusOptions) => {
    const { json, stack, watch, interval, state } = options;
    const config = loadCluster(command);
    const expected = await expectation(argument, stack);
    const look = (): Promise<Health> =>
      examine(config, state, expected).catch((error: unknown) => explainFailure(config, error));
    const health = await look();
    print(json ? JSON.stringify({ server: serverOf(config), ...health }, null, 2) : describe(config, health));
    if (!health.healthy) process.exitCode = 1;
    if (watch) await watchHealth(look, (next) => describe(config, next), health, interval);
  });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError("Write a number of seconds from 0.1 to 86400.");
}

/** Looks again and again, and prints each health that differs from the one before. A cluster that does not answer is one, too. */
async function watchHealth(
  look: () => Promise<Health>,
  describeHealth: (health: Health) => string,
  first: Health,
  interval: number,
): Promise<never> {
  for (let last = describeHealth(first); ;) {
    await sleep(interval * 1000);
    const text = await look().then(describeHealth, (error: unknown) => {
      if (error instanceof UserError) return `${pc.red("error")} ${error.problem}`;
      throw error;
    });
    if (text !== last) print(`\n${new Date().toISOString()}\n${text}`);
    last = text;
  }
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
