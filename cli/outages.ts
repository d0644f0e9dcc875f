import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../errors/userError";
import { sandboxStatus, type SandboxStatus } from "../sandbox";
import { explainFailure } from "./cluster";

/**
 * Does work that needs a running sandbox. If it fails, the error names the sandbox's processes that ended meanwhile.
 *
 * @param sandbox its status before the work.
 * @throws {UserError} if processes ended, or the API server does not answer. Every other error is thrown as it is.
 */
export async function explainOutages<T>(sandbox: SandboxStatus, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lost = outages(sandbox, await sandboxStatus(sandbox.state));
    // A run that was interrupted by a signal says so.
    if (error instanceof UserError && (lost.length === 0 || error.exitCode !== 1)) throw error;
    if (lost.length === 0) return explainFailure(configOf(sandbox), error);
    const own = error instanceof UserError ? error : failed(error as Error);
    const details = [...(own.details === undefined ? [] : [own.details]), ...lost].join("\n");
    throw new UserError({ problem: own.problem, details, fix: own.fix, cause: error });
  }
}

function failed({ message }: Error): UserError {
  return new UserError({
    problem: `The run failed: ${message.split("\n")[0] ?? ""}`,
    fix: "Run the command again: it continues where it stopped. The sandbox keeps running; `meshwright down` stops it.",
  });
}

function configOf({ kubeconfig }: SandboxStatus): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/**
 * One sentence for each process of a sandbox that ended between two looks, or does not run at the second one. A process that
 * the run itself has started may still be starting.
 */
export function outages(before: SandboxStatus, after: SandboxStatus): string[] {
  if (!after.running) return ["The sandbox's supervisor has ended."];
  return after.processes.flatMap(({ name, status, restarts, log }) => {
    const earlier = before.processes.find((one) => one.name === name);
    const ended = restarts - (earlier?.restarts ?? 0);
    const times = ended === 1 ? "once" : `${ended} times`;
    const isNew = earlier === undefined && status === "starting";
    if (ended <= 0 && (status === "running" || isNew)) return [];
    const what = [
      ...(ended > 0 ? [`ended ${times} during the run`] : []),
      ...(status === "running" ? ["and runs again"] : [`${ended > 0 ? "and " : ""}is ${status}`]),
    ].join(" ");
    return [`The sandbox's ${name} ${what}; its log is ${log}.`];
  });
}
