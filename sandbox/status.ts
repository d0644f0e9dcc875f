import { resolve } from "node:path";
import { isAlive } from "./processIdentity";
import { files, readConfig, readState, type SandboxConfig } from "./state";

/** Webhook URLs of an istiod, which its chart's values must name. */
export interface IstiodWebhooks {
  readonly validationURL: string;
  readonly injectionURL: string;
}

/** The status of a sandbox. */
export interface SandboxStatus {
  /** Its folder, absolute. */
  readonly state: string;
  readonly running: boolean;
  /** Whether every process is ready. */
  readonly ready: boolean;
  readonly supervisorPid?: number;
  /** Path of the administrator's kubeconfig. The file exists as soon as the API server is ready. */
  readonly kubeconfig: string;
  readonly apiServer?: string;
  /** URL of its Helm repository. */
  readonly chartRepository?: string;
  /** Webhooks of istiod. */
  readonly istiod?: IstiodWebhooks;
  /** Webhooks of a second istiod, of another revision, beside the first. The two take turns from upgrade to upgrade. */
  readonly canary?: IstiodWebhooks;
  readonly processes: readonly {
    readonly name: string;
    readonly pid?: number;
    readonly status: string;
    readonly restarts: number;
    readonly log: string;
    /** Its ports, keyed by purpose. */
    readonly ports: Readonly<Record<string, number>>;
  }[];
}

/** The status of the sandbox in `state`. Without a sandbox it is not running. */
export function sandboxStatus(state: string): Promise<SandboxStatus> {
  const folder = resolve(state);
  const config = readConfig(folder);
  const told = readState(folder);
  const running = told !== undefined && isAlive(told.supervisor);
  const processes = (told?.processes ?? []).map(({ identity, status, ...rest }) => {
    const alive = identity !== undefined && isAlive(identity);
    return {
      ...rest,
      status: alive ? status : running ? status : "stopped",
      ...(alive ? { pid: identity.pid } : {}),
    };
  });
  return Promise.resolve({
    state: folder,
    running,
    ready: running && told.ready && processes.every(({ status }) => status === "running"),
    ...(running ? { supervisorPid: told.supervisor.pid } : {}),
    kubeconfig: files.kubeconfig(folder),
    ...(config === undefined || !running ? {} : addresses(config)),
    processes,
  });
}

function addresses({ ports }: SandboxConfig) {
  return {
    apiServer: `https://127.0.0.1:${ports.apiServer}`,
    chartRepository: `http://127.0.0.1:${ports.charts}`,
    istiod: webhooksAt(ports.istiodWebhooks),
    canary: webhooksAt(ports.canaryWebhooks),
  };
}

// By name: istiod's certificate can't carry an IP address.
function webhooksAt(port: number): IstiodWebhooks {
  const istiod = `https://localhost:${port}`;
  return { validationURL: `${istiod}/validate`, injectionURL: `${istiod}/inject` };
}
