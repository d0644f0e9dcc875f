import type { Command } from "commander";
import { execa, ExecaError } from "execa";
import { UserError } from "../../errors/userError";
import { clusterOptions, type ClusterOptions, explainFailure, loadCluster } from "../cluster";
import { lastLines } from "../lastLines";
import { print } from "../output";
import { applyRepairs, backupName, needsRepair, planRepairs, repairLines, targetsOf } from "../repair/apply";
import { declaredReleases } from "../repair/declaredReleases";
import type { ExportedStack } from "../../program/stackState";
import { readBlockingWebhooks, unblock, webhookLine } from "../repair/webhooks";

interface RepairOptions extends ClusterOptions {
  readonly stack: string;
  readonly configFile?: string;
  readonly yes?: true;
}

/** `meshwright repair`: ends the interrupted operations of a stack on any backend, with the installed `pulumi` and `helm`. */
export function repairCommand(command: Command): void {
  command
    .requiredOption("--stack <name>", "stack of the Pulumi project in this folder")
    .option("--config-file <file>", "configuration file of the stack (default: its Pulumi.<name>.yaml)")
    .option("--yes", "make the changes, after a backup of the stack's state into this folder");
  clusterOptions(command).action(async ({ stack, configFile, yes, kubeconfig }: RepairOptions) => {
    const config = loadCluster(command);
    const target = ["--stack", stack];
    const exported = JSON.parse(await pulumi(["stack", "export", ...target])) as ExportedStack;
    const plan = await planRepairs(exported, config, () => declaredReleases(stack, undefined)).catch(
      (error: unknown) => explainFailure(config, error),
    );
    const blocking = await readBlockingWebhooks(config, 0);
    for (const line of repairLines(plan)) print(line);
    for (const webhook of blocking) print(webhookLine(webhook));
    if (!needsRepair(plan) && blocking.length === 0) {
      print("Nothing to repair.");
      return;
    }
    if (yes === undefined) {
      print("\nNothing was changed. Make sure that no other run is at work on the stack, then add --yes.");
      return;
    }
    if (needsRepair(plan)) {
      const backup = `${stack.replaceAll("/", "-")}-${backupName()}`;
      const options = [
        "--yes",
        "--skip-preview",
        ...target,
        ...(configFile === undefined ? [] : ["--config-file", configFile]),
      ];
      await applyRepairs(plan, config, {
        pulumi: (args, input) => pulumi([...args, ...target], input),
        refresh: (urns) => pulumi(["refresh", ...targetsOf(urns), ...options]),
        helm: "helm",
        ...(kubeconfig !== undefined && { kubeconfig }),
        backup,
      });
      print(
        `\nRepaired. The state before is in ${backup}: pulumi stack import ${target.join(" ")} --file ${backup}`,
      );
    }
    await unblock(config, blocking);
  });
}

/** Runs the installed `pulumi` in this folder and returns its stdout. */
async function pulumi(args: readonly string[], input?: string): Promise<string> {
  try {
    const { stdout } = await execa("pulumi", [...args, "--non-interactive"], {
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const missing = error.code === "ENOENT";
    throw new UserError({
      problem: missing
        ? "`pulumi` is not installed."
        : `\`pulumi ${args.slice(0, 2).join(" ")}\` failed with exit code ${error.exitCode ?? "none"}.`,
      ...(!missing && { details: lastLines({ stdout: String(error.stdout), stderr: String(error.stderr) }) }),
      fix: missing
        ? "Install it: https://www.pulumi.com/docs/install/"
        : "Fix what the lines above name. If they name a lock of a killed run, and no run is at work: pulumi cancel",
      cause: error,
    });
  }
}
