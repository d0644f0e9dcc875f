import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import selfsigned from "selfsigned";
import { parse } from "yaml";
import { z } from "zod";
import { toYaml } from "../mesh/toYaml";
import type { SandboxStatus } from "../sandbox";
import { replaceFile } from "../sandbox/replaceFile";
import type { Toolchain } from "../toolchain";
import { istioCharts } from "../toolchain/pins";
import { UserError } from "../errors/userError";
import { lastLines } from "./lastLines";
import { localStack, localStackFiles } from "./localStack";
import { readSettingsFile, stackFile } from "./settingsFile";
import { untilEnded } from "./interrupt";
import { ensureState, passphraseFile } from "./localState";
import { endKilledRun, runVariable } from "./runProcesses";
import { makeFolder } from "../toolchain/makeFolder";

export { localStack };

const gatewayKey = "meshwright:gatewayKey";

/** Makes a run of Pulumi save the state only once, at its end. https://github.com/pulumi/pulumi/issues/10668 */
export const withoutCheckpoints = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** A Pulumi project, set up to deploy to a sandbox: own backend, own plugins, own passphrase. */
export interface LocalPulumi {
  /**
   * Runs `pulumi` with its output on the terminal, and `env` added to the environment; resolves to the exit code. `filter`
   * chooses lines of stdout, which is no terminal then. Throws {@link UserError} if it was killed.
   */
  readonly run: (
    args: readonly string[],
    more?: {
      readonly env?: Readonly<Record<string, string>>;
      readonly filter?: (line: unknown) => Generator<string>;
    },
  ) => Promise<number>;
  /** Runs `pulumi`, with `input` on stdin, and returns its stdout. Throws {@link UserError} if it fails. */
  readonly read: (
    args: readonly string[],
    more?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<string>;
  /** The sandbox's state folder. */
  readonly state: string;
  /** Path of `pulumi`, and the folder and environment to run it in. */
  readonly program: string;
  readonly options: { readonly cwd: string; readonly env: Record<string, string> };
  /** The stack's configuration file, a copy with the sandbox's addresses; for `--config-file`. */
  readonly configFile: string;
  /** Configuration of the policy pack on the sandbox, keyed by policy. */
  readonly policyConfig: Readonly<Record<string, unknown>>;
  /** The options of `pulumi` that run it under the policy pack in `pack`, configured for the sandbox. */
  readonly underPack: (pack: string) => string[];
}

interface StackFile {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

/** Settings of a run on the sandbox. */
export interface LocalSettings {
  readonly platform?: string | undefined;
  readonly environment?: string | undefined;
  readonly ready?: Promise<unknown>;
}

/**
 * Sets up stack `local` of the Pulumi project in `project` on the sandbox. The project's `Pulumi.local.yaml` stays
 * untouched: a copy beside the sandbox's state gets the sandbox's own values.
 *
 * @param settings.ready resolves when the sandbox's API server answers. Default: it does already.
 */
export async function localPulumi(
  toolchain: Toolchain,
  sandbox: SandboxStatus,
  project: string,
  { platform, environment, ready = Promise.resolve() }: LocalSettings = {},
): Promise<LocalPulumi> {
  const projectFile = join(project, "Pulumi.yaml");
  if (!existsSync(projectFile)) {
    throw new UserError({
      problem: `There is no Pulumi project in ${project}: Pulumi.yaml is missing.`,
      fix: "Run the command in the folder that has it.",
    });
  }
  // `pulumi stack init` writes its salt beside Pulumi.yaml, so it gets a project of the same name to write to.
  const { configFile, policies } = localStackFiles(sandbox.state);
  const shadow = dirname(configFile);
  const backend = join(sandbox.state, "pulumi");
  makeFolder(shadow);
  makeFolder(backend);
  const { name } = readSettingsFile(projectFile, z.object({ name: z.string().min(1) }));
  const stateFile = join(backend, ".pulumi", "stacks", name, `${localStack}.json`);
  await ensureState(stateFile, sandbox, ready);
  replaceFile(join(shadow, "Pulumi.yaml"), toYaml({ name, runtime: "nodejs" }));

  const { PATH, PULUMI_HOME } = toolchain.pulumiEnvironment;
  const options = {
    cwd: project,
    env: {
      // The program and the pack need the Node.js that runs this command, which need not be the first on PATH.
      PATH: [PATH.split(delimiter)[0], dirname(process.execPath), process.env.PATH].join(delimiter),
      PULUMI_HOME,
      // The state is written after each step. Without this setting, each time with a checksum in a file beside it.
      PULUMI_BACKEND_URL: `file://${backend}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: await passphrase(sandbox.state),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // Where this command keeps compiled modules, too. The program and the policy pack start again in each run.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "node-compile-cache"),
      // With Go's own setting, garbage collection takes a fifth of the CPU time of the engine and its plugins.
      GOGC: process.env.GOGC ?? "400",
      GOMEMLIMIT: process.env.GOMEMLIMIT ?? "2GiB",
      KUBECONFIG: sandbox.kubeconfig,
      [runVariable]: sandbox.state,
      // Fields that another tool has changed by hand get the program's values again.
      PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
      ...(process.env.NO_COLOR === undefined ? {} : { PULUMI_OPTION_COLOR: "never" }),
    },
  };
  const pulumi = toolchain.program("pulumi");

  const run: LocalPulumi["run"] = async (args, { env = {}, filter } = {}) => {
    const { exitCode, signal } = await untilEnded(
      execa(pulumi, args, {
        ...options,
        env: { ...options.env, ...env },
        stdin: "inherit",
        stdout: filter === undefined ? "inherit" : [filter, "inherit"],
        stderr: "inherit",
        buffer: false,
        reject: false,
        cleanup: false,
      }),
    );
    if (signal === undefined) return exitCode ?? 1;
    await endKilledRun(sandbox.state);
    throw new UserError({
      problem: `\`pulumi ${args[0] ?? ""}\` was ended by ${signal}.`,
      fix: "Run the command again: it takes what the killed run has created into the stack's state, and continues.",
    });
  };
  const quiet: LocalPulumi["read"] = async (args, { input, env = {} } = {}) => {
    const child = await execa(pulumi, ["--non-interactive", ...args], {
      ...options,
      env: { ...options.env, ...env },
      ...(input === undefined ? {} : { input }),
      reject: false,
    });
    if (child.exitCode !== 0) {
      throw new UserError({
        problem: `\`pulumi ${args.slice(0, 2).join(" ")}\` failed with exit code ${child.exitCode ?? "none"}.`,
        details: lastLines(child),
        fix: "Fix what the lines above name, then run the command again. To start over: meshwright down, then meshwright up.",
      });
    }
    return child.stdout;
  };

  const own = join(project, `Pulumi.${localStack}.yaml`);
  const given = existsSync(own) ? readSettingsFile(own, stackFile) : {};
  const before = previous(configFile);
  const { certificate, key } = await gatewayCertificate(sandbox.state);
  const config = {
    ...given.config,
    ...sandboxConfig(sandbox),
    "meshwright:gatewayCertificate": certificate,
    "meshwright:monitoringCertificate": certificate,
    ...(platform === undefined ? {} : { "meshwright:platform": platform }),
    ...(environment === undefined ? {} : { "meshwright:environment": environment }),
  };
  replaceFile(configFile, toYaml({ ...before, config }));
  const isNew = !existsSync(stateFile);
  if (isNew) await quiet(["stack", "init", localStack, "-C", shadow]);
  // Pulumi encrypts the key once for a stack, whose salt may differ from the one before.
  const kept = isNew || before.encryptionsalt === undefined ? undefined : before.config?.[gatewayKey];
  if (kept === undefined) {
    await quiet(["config", "set", "--stack", localStack, "-C", shadow, "--secret", gatewayKey], {
      input: key,
    });
  }
  const file = parse(readFileSync(configFile, "utf8")) as StackFile;
  const secret = kept ?? file.config?.[gatewayKey];
  const keys = { [gatewayKey]: secret, "meshwright:monitoringKey": secret };
  replaceFile(configFile, toYaml({ ...file, config: { ...file.config, ...keys } }));
  const policyConfig = sandboxPolicies(sandbox);
  replaceFile(policies, JSON.stringify(policyConfig));
  const underPack = (pack: string): string[] => [
    ...["--policy-pack", pack],
    ...["--policy-pack-config", policies],
  ];
  return {
    run,
    read: quiet,
    state: sandbox.state,
    program: pulumi,
    options,
    configFile,
    policyConfig,
    underPack,
  };
}

/** Configuration of the policy pack on the sandbox, keyed by policy. */
function sandboxPolicies({ chartRepository, istiod, canary }: SandboxStatus): Record<string, unknown> {
  const urls = [istiod, canary].flatMap((one) => (one ? [new URL(one.injectionURL).origin] : []));
  return {
    "require-supported-versions": {
      accepted: [
        {
          version: istioCharts.version,
          reason:
            "The sandbox runs the newest Istio that can be built from published Go modules, and serves no users.",
        },
      ],
    },
    "restrict-control-plane": {
      // On the sandbox, istiod is a process of this machine: the API server reaches its webhooks by URL.
      istiodValues: ["base.validationURL", "istiodRemote.injectionURL"],
      istiodUrls: urls,
      // The sandbox serves the charts itself.
      ...(chartRepository !== undefined && { chartRepositories: [chartRepository] }),
    },
  };
}

function sandboxConfig(sandbox: SandboxStatus): Record<string, unknown> {
  return {
    "kubernetes:kubeconfig": sandbox.kubeconfig,
    "meshwright:chartRepository": sandbox.chartRepository,
    // The sandbox's charts and istiod are of the version that it builds, which may be older than the default.
    "meshwright:istioVersion": istioCharts.version,
    "meshwright:webhooks": sandbox.istiod,
  };
}

async function passphrase(state: string): Promise<string> {
  return createOnce(passphraseFile(state), () => Promise.resolve(randomBytes(24).toString("base64url")));
}

/** A self-signed certificate for the gateways, the same as long as the sandbox's state lives. */
async function gatewayCertificate(state: string): Promise<{ certificate: string; key: string }> {
  const file = join(state, "gateway-certificate.json");
  const make = async (): Promise<string> => {
    const notAfterDate = new Date(Date.now() + 365 * 24 * 3600 * 1000);
    const made = await selfsigned.generate([{ name: "commonName", value: "Meshwright sandbox" }], {
      keySize: 2048,
      algorithm: "sha256",
      notAfterDate,
    });
    return JSON.stringify({ certificate: made.cert, key: made.private });
  };
  const text = await createOnce(file, make);
  try {
    return JSON.parse(text) as { certificate: string; key: string };
  } catch {
    throw new UserError({
      problem: `${file} is damaged, which has the certificate and key of the sandbox's gateways. Nothing was changed.`,
      fix: "Restore it from a backup, or remove it: then meshwright up makes another certificate and updates the Secrets.",
    });
  }
}

async function createOnce(path: string, make: () => Promise<string>): Promise<string> {
  if (!existsSync(path) || (await readFile(path, "utf8")) === "") replaceFile(path, await make());
  return readFile(path, "utf8");
}

/** The configuration of the run before. Empty if there is none, or the file is damaged: then the run writes it anew. */
function previous(file: string): StackFile {
  if (!existsSync(file)) return {};
  try {
    const text = readFileSync(file, "utf8");
    const content = parse(text) as unknown;
    // A file that does not end with its last line has lost the rest.
    return text.endsWith("\n") && content !== null && typeof content === "object" ? content : {};
  } catch {
    return {};
  }
}
