import { existsSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Command } from "commander";
import { UserError } from "../errors/userError";
import type { ClusterOptions } from "./clusterOptions";

export { type ClusterOptions, clusterOptions } from "./clusterOptions";

/**
 * Loads the kubeconfig of the cluster that a command works on. The order is `--kubeconfig`, `--state` or KUBECONFIG,
 * then the sandbox in this folder, and last ~/.kube/config.
 *
 * @throws {UserError} if there is none, it can't be read, or it has no such context.
 */
export function loadCluster(command: Command): KubeConfig {
  const { kubeconfig, context, state = "" } = command.opts<ClusterOptions>();
  const config = new KubeConfig();
  const sandbox = join(state, "kubeconfig");
  const meant = command.getOptionValueSource("state") === "cli";
  const file =
    kubeconfig ??
    (meant || (process.env.KUBECONFIG === undefined && existsSync(sandbox)) ? sandbox : undefined);
  if (file === undefined) loadDefault(config, sandbox);
  else if (existsSync(file))
    readable(file, () => {
      config.loadFromFile(file);
    });
  else {
    throw new UserError({
      problem: `There is no kubeconfig: ${file} does not exist.`,
      fix:
        meant && kubeconfig === undefined
          ? "Start the sandbox: meshwright up"
          : "Name another one: --kubeconfig <file>",
    });
  }
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw new UserError({
      problem: `The kubeconfig has no context "${config.getCurrentContext()}".`,
      fix:
        known.length === 0
          ? "Name another one: --kubeconfig <file>"
          : `Choose one: --context ${known.join("|")}`,
    });
  }
  return config;
}

/** Loads the kubeconfig that kubectl would load. Without any, the client falls back to localhost:8080, which is refused here. */
function loadDefault(config: KubeConfig, sandbox: string): void {
  const { KUBECONFIG = "" } = process.env;
  readable(KUBECONFIG === "" ? "~/.kube/config" : `KUBECONFIG=${KUBECONFIG}`, () => {
    config.loadFromDefault();
  });
  if (
    config.getCurrentCluster()?.server !== fallbackServer ||
    config.getCurrentContext() !== "loaded-context"
  )
    return;
  throw new UserError({
    problem: `There is no kubeconfig: KUBECONFIG is not set, and neither ${sandbox} nor ~/.kube/config exists.`,
    fix,
  });
}

const fallbackServer = "http://localhost:8080";

const fix = "Name one: --kubeconfig <file>, or set KUBECONFIG. For the sandbox: meshwright up";

function readable(name: string, load: () => void): void {
  try {
    load();
  } catch (error) {
    throw new UserError({
      problem: `The kubeconfig ${name} can't be read: ${(error as Error).message.split("\n")[0]}`,
      fix,
      cause: error,
    });
  }
}

/** The address of the cluster's API server, for messages. */
export function serverOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? "this cluster";
}

/** Codes of errors of files, whose reports name the file. */
const fileErrors: ReadonlySet<string | number> = new Set([
  "ENOENT",
  "EACCES",
  "EPERM",
  "EEXIST",
  "EISDIR",
  "ENOTDIR",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "EMFILE",
]);

/**
 * Turns an unreachable API server, or one that refuses, into an error with a fix.
 *
 * @throws {UserError} always, or the error itself if it is none of these.
 */
export function explainFailure(config: KubeConfig, error: unknown): never {
  const { code, message, cause } = error as {
    code?: number | string;
    message?: string;
    cause?: { code?: string; message?: string };
  };
  if (code === 401 || code === 403) {
    throw new UserError({
      problem: `${serverOf(config)} denies the request (${code}).`,
      ...(message !== undefined && { details: message.split("\n")[0] ?? "" }),
      fix: "Log in to the cluster again, or ask for the right to read it.",
      cause: error,
    });
  }
  if (typeof code === "number" && (code === 429 || code >= 500)) {
    throw new UserError({
      problem: `${serverOf(config)} is overloaded (${code}).`,
      ...(message !== undefined && { details: message.split("\n").slice(0, 3).join("\n") }),
      fix: "Run the command again later. If that does not help, check the API server: kubectl get --raw '/readyz?verbose'",
      cause: error,
    });
  }
  const network =
    [code, cause?.code].find((one) => typeof one === "string" && !fileErrors.has(one)) ??
    // A port that Node.js never connects to, such as 1, has a reason and no code.
    (error instanceof TypeError && message === "fetch failed" && cause?.code === undefined
      ? cause?.message
      : undefined);
  if (network !== undefined) {
    throw new UserError({
      problem: `${serverOf(config)} does not answer (${network}).`,
      fix: "Check that the cluster runs, and that the kubeconfig belongs to it: kubectl version",
      cause: error,
    });
  }
  throw error;
}
