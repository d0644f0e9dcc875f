import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import {
  type SandboxOptions,
  resolvePrograms,
  type SandboxStatus,
  startSandbox,
  stopSandbox,
} from "../../sandbox";
import { ensureToolchain, sandboxPrograms as programsToBuild, type Toolchain } from "../../toolchain";

/** Everything a test needs to have a sandbox of its own. */
export interface Harness {
  readonly toolchain: Toolchain;
  /** A new folder for a sandbox's state, ended and removed by {@link Harness.clean}. */
  folder(): string;
  options(state: string): SandboxOptions;
  /** Runs kubectl on the sandbox in `state` and returns its stdout. */
  kubectl(state: string, args: readonly string[], input?: string): Promise<string>;
  /** Installs Istio's definitions and istiod on the sandbox in `state`. */
  installIstio(state: string, sandbox: SandboxStatus): Promise<void>;
  clean(): Promise<void>;
}

export async function harness(): Promise<Harness> {
  const toolchain = await ensureToolchain(programsToBuild);
  const folders: string[] = [];
  const program = toolchain.program.bind(toolchain);
  return {
    toolchain,
    folder: () => {
      const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
      folders.push(folder);
      return folder;
    },
    options: (state) => ({
      state,
      programs: resolvePrograms(program),
      charts: toolchain.charts,
    }),
    kubectl: async (state, args, input) => {
      const kubeconfig = ["--kubeconfig", join(state, "kubeconfig")];
      const run = await execa(
        program("kubectl"),
        [...kubeconfig, ...args],
        input === undefined ? {} : { input },
      );
      return run.stdout;
    },
    installIstio: async (state, { kubeconfig, chartRepository = "", istiod }) => {
      const { validationURL = "", injectionURL = "" } = istiod ?? {};
      const env = { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: join(state, "helm") };
      for (const [chart, ...values] of [
        ["base", `base.validationURL=${validationURL}`],
        ["istiod", `base.validationURL=${validationURL}`, `istiodRemote.injectionURL=${injectionURL}`],
      ] as const) {
        const args = ["install", chart, chart, "--repo", chartRepository, "-n", "istio-system", "--wait"];
        const set = values.flatMap((value) => ["--set", value]);
        await execa(program("helm"), [...args, "--create-namespace", ...set], { env });
      }
    },
    clean: async () => {
      for (const folder of folders) {
        await stopSandbox(folder);
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

export { startSandbox, stopSandbox };
