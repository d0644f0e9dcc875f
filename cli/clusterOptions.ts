import type { Command } from "commander";
import { stateOption } from "./stateOption";

/** The options that select a cluster. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly state?: string;
}

/** Adds the options that `loadCluster` reads to `command`. */
export function clusterOptions(command: Command): Command {
  return command
    .option(
      "--kubeconfig <file>",
      "kubeconfig of the cluster (default: KUBECONFIG, then the sandbox here, then ~/.kube/config)",
    )
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .addOption(stateOption());
}
