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
    const { problem, details } =
      error instanceof UserError
        ? error
        : { problem: `The run failed: ${(error as Error).message.split("\n")[0] ?? ""}`, details: undefined };
    throw new UserError({
      problem,
      details: [...(details === undefined ? [] : [details]), ...lost].join("\n"),
      fix: "Run the command again: it continues where it stopped. The sandbox keeps running; `meshwright down` stops it.",
      cause: error,
    });
  }
}

function configOf({ kubeconfig }: SandboxStatus): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/** One sentence for each process of a sandbox that ended between two looks, or does not run at the second one. */
export function outages(before: SandboxStatus, after: SandboxStatus): string[] {
  if (!after.running) return ["The sandbox's supervisor has ended."];
  return after.processes.flatMap(({ name, status, restarts, log }) => {
    const earlier = before.processes.find((one) => one.name === name);
    const ended = restarts - (earlier?.restarts ?? 0);
    const times = ended === 1 ? "once" : `${ended} times`;
    if (ended <= 0 && status === "running") return [];
    const what = [
      ...(ended > 0 ? [`ended ${times} during the run`] : []),
      ...(status === "running" ? ["and runs again"] : [`${ended > 0 ? "and " : ""}is ${status}`]),
    ].join(" ");
    return [`The sandbox's ${name} ${what}; its log is ${log}.`];
  });
}
