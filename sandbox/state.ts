import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ports } from "./ports";
import type { ProcessIdentity } from "./processIdentity";
import { replaceFile } from "./replaceFile";

const processNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "pilot-discovery",
] as const;

/** Absolute paths of the programs that a sandbox runs. */
export type SandboxPrograms = Readonly<Record<(typeof processNames)[number], string>>;

/** The programs that a sandbox runs, as `find` knows them. */
export function resolvePrograms(find: (name: keyof SandboxPrograms) => string): SandboxPrograms {
  return Object.fromEntries(processNames.map((name) => [name, find(name)])) as Record<
    keyof SandboxPrograms,
    string
  >;
}

/** The configuration of a sandbox: written once at the start, read by its supervisor. */
export interface SandboxConfig {
  /** Folder of its state, absolute. */
  readonly state: string;
  readonly programs: SandboxPrograms;
  /** Folder that its chart repository serves. */
  readonly charts: string;
  readonly ports: Ports;
}

/**
 * `starting` until it answers, `unresponsive` if it no longer does, `restarting` while it waits for its next start,
 * `stopped` after a clean end.
 */
export type ProcessState = "starting" | "running" | "unresponsive" | "restarting" | "stopped";

/** One supervised process. */
export interface ProcessRecord {
  readonly name: string;
  readonly status: ProcessState;
  /** Absent while it does not run. */
  readonly identity?: ProcessIdentity;
  /** How often it had to be started again. */
  readonly restarts: number;
  /** File with its output. */
  readonly log: string;
  /** Its ports, keyed by purpose. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The state that the supervisor writes to `state.json`. */
export interface SandboxState {
  readonly supervisor: ProcessIdentity;
  readonly ready: boolean;
  /** Why the start failed. Absent if it did not. */
  readonly failure?: { readonly process: string; readonly reason: string; readonly log: string };
  readonly processes: readonly ProcessRecord[];
}

/** The files below a sandbox's folder. */
export const files = {
  config: (state: string) => join(state, "sandbox.json"),
  state: (state: string) => join(state, "state.json"),
  kubeconfig: (state: string) => join(state, "kubeconfig"),
  credentials: (state: string) => join(state, "credentials"),
  certificates: (state: string) => join(state, "certificates"),
  data: (state: string) => join(state, "etcd"),
  log: (state: string, name: string) => join(state, "logs", `${name}.log`),
  stages: (state: string) => join(state, "kwok.yaml"),
};

/** Environment variable of every process of a sandbox. Its value is the sandbox's state folder, absolute. */
export const stateVariable = "MESHWRIGHT_SANDBOX_STATE";

/** The configuration of a sandbox. Undefined if it has none, or the file is damaged. */
export function readConfig(state: string): SandboxConfig | undefined {
  return readJson(files.config(state), "ports") as SandboxConfig | undefined;
}

/** The state of a sandbox. Undefined if it has none, or the file is damaged. */
export function readState(state: string): SandboxState | undefined {
  return readJson(files.state(state), "supervisor") as SandboxState | undefined;
}

/** Replaces a JSON file. */
export function writeJson(path: string, content: unknown): void {
  replaceFile(path, JSON.stringify(content, null, 2));
}

/** Undefined if the file is missing, or is not a JSON object with that field. */
function readJson(path: string, field: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    const content = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown> | null;
    return content?.[field] === undefined ? undefined : content;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
