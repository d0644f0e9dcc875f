import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import lockfile from "proper-lockfile";
import { UserError } from "../errors/userError";
import { makeFolder } from "../toolchain/makeFolder";
import { launch, untilReady } from "./launch";
import { endLeftovers } from "./leftovers";
import { choosePorts } from "./ports";
import { files, readConfig, readState, type SandboxConfig, type SandboxPrograms, writeJson } from "./state";
import { sandboxStatus, type SandboxStatus } from "./status";

export { resolvePrograms, type SandboxPrograms } from "./state";
export { type IstiodWebhooks, sandboxStatus, type SandboxStatus } from "./status";

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Folder for cluster data, credentials and logs. Two folders are two sandboxes. */
  readonly state: string;
  readonly programs: SandboxPrograms;
  /** Folder with packaged charts and their `index.yaml`. */
  readonly charts: string;
  /** Port of the API server. Default: a free one. */
  readonly apiServerPort?: number;
  /** Called with the current step, whenever it changes. */
  readonly onProgress?: (message: string) => void;
  /** Called once its addresses are chosen and its processes start. They need seconds until they answer. */
  readonly onLaunch?: (status: SandboxStatus) => void;
}

/**
 * Starts a control plane and returns when it is ready. A running one is returned as it is; processes of a crashed run are
 * stopped first. If the start fails or is interrupted, no process keeps running. An installed istiod that does not start is
 * no failure: the user can fix its chart, and the status reports it.
 *
 * @throws {UserError} with the process that failed and the last lines of its log, the port that is in use, or the folder
 * without charts.
 */
export async function startSandbox(options: SandboxOptions): Promise<SandboxStatus> {
  const state = resolve(options.state);
  const charts = resolve(options.charts);
  if (!existsSync(join(charts, "index.yaml"))) {
    throw new UserError({
      problem: `${charts} is not a chart repository: it has no index.yaml.`,
      fix: `Package charts into it (helm package <chart> -d ${charts}), then: helm repo index ${charts}`,
    });
  }
  const { onProgress = () => undefined, onLaunch = () => undefined } = options;
  makeFolder(state, 0o700);
  const release = await lockfile.lock(state, {
    stale: 15_000,
    retries: { forever: true, minTimeout: 200, maxTimeout: 200 },
  });
  try {
    // The supervisor of a started sandbox restarts processes that have ended.
    if ((await sandboxStatus(state)).running && readState(state)?.ready && readConfig(state)) {
      requirePort(state, options.apiServerPort);
      onLaunch(await sandboxStatus(state));
      return await untilReady(state, onProgress);
    }
    await endLeftovers(state);
    const config: SandboxConfig = {
      state,
      programs: options.programs,
      charts,
      ports: await choosePorts(readConfig(state)?.ports, options.apiServerPort),
    };
    writeJson(files.config(state), config);
    return await launch(state, onProgress, onLaunch);
  } finally {
    await release();
  }
}

/**
 * Stops every process of a sandbox, even if its supervisor was killed.
 *
 * @param options.deleteState whether its folder is removed. Default: false.
 * @throws {UserError} if a process can't be stopped.
 */
export async function stopSandbox(state: string, { deleteState = false } = {}): Promise<void> {
  const folder = resolve(state);
  await endLeftovers(folder);
  if (!deleteState || !existsSync(folder)) return;
  // Only a folder that a sandbox has written to is deleted, so that a mistyped name does no harm.
  const own = [files.config(folder), files.state(folder), files.data(folder)];
  if (!own.some((path) => existsSync(path)) && readdirSync(folder).length > 0) {
    throw new UserError({
      problem: `${folder} is not the state of a sandbox: it has no ${files.config("")}.`,
      fix: "Name the folder that `meshwright sandbox up` was given.",
    });
  }
  await rm(folder, { recursive: true, force: true });
}

function requirePort(state: string, wanted: number | undefined): void {
  const actual = readConfig(state)?.ports.apiServer;
  if (wanted === undefined || actual === undefined || wanted === actual) return;
  throw new UserError({
    problem: `The sandbox in ${state} runs already, with its API server on port ${actual}, not ${wanted}.`,
    fix: `Stop it first (meshwright sandbox down --keep-state --state ${state}), or leave --api-server-port out.`,
  });
}
