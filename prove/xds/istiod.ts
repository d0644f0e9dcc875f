import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import type { PlainObject } from "../../effect";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors/userError";
import { signalIn, until } from "../laboratory/processes";
import { readOnlyCluster, usesGatewayApi } from "./readOnlyCluster";

/** What istiod reads, and how it is configured. */
export interface IstiodConfig {
  /** Path of `pilot-discovery`. */
  readonly program: string;
  /** Objects of Istio's kinds. All of them must be valid: istiod refuses to start with others. */
  readonly objects: readonly PlainObject[];
  /** Objects of Kubernetes' own kinds and of the Gateway API. Default: none. */
  readonly cluster?: readonly PlainObject[];
  /** Mesh configuration that differs from Istio's defaults. Default: none. */
  readonly meshConfig?: object;
  /** Default: `default`. */
  readonly revision?: string;
  /** Namespace of istiod. Default: `istio-system`. */
  readonly namespace?: string;
  /** Further environment variables. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real istiod without a cluster. It ends with this process, however that ends, and leaves no files. */
export interface Istiod {
  /** Port of its unencrypted gRPC. */
  readonly grpc: number;
  /** URL of its debug interface. */
  readonly url: string;
  readonly pid: number;
  /** The objects that istiod has accepted, as `<kind> <namespace>/<name>`. */
  readonly accepted: () => Promise<ReadonlySet<string>>;
  /** After a failed connection: the error of an istiod that has ended. Undefined if it runs. */
  readonly endedEarly: () => Promise<UserError | undefined>;
  readonly stop: () => Promise<void>;
}

/**
 * Runs a program as soon as a line comes, until the standard input of this script ends. That ends when the process that
 * started the script ends. Then the folder is removed. It prints the program's process id.
 */
const supervised = `
exec 3<&0
folder=$1; shift
if ! read -r _ <&3; then rm -rf "$folder"; exit; fi
"$@" </dev/null >&2 3<&- &
pid=$!
echo $pid
{ read -r _ <&3; kill -9 $pid; rm -rf "$folder"; } 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait $pid 2>/dev/null
status=$?
rm -rf "$folder"
kill $watcher 2>/dev/null
exit $status
`;

const patience = 120_000;

/**
 * Starts istiod with objects instead of a cluster.
 *
 * @throws {UserError} with the end of its log if it does not start, such as for an invalid object.
 */
export async function startIstiod(config: IstiodConfig): Promise<Istiod> {
  const { objects, cluster = [], meshConfig = {}, revision = "default", namespace = "istio-system" } = config;
  const server = await readOnlyCluster(cluster);
  const folder = join(tmpdir(), `istiod-${randomUUID()}`);
  const file = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content);
  };
  const [grpc, http, monitoring] = [await getPort(), await getPort(), await getPort()];
  const args = [
    ...["discovery", "--configDir", join(folder, "objects"), "--registries", "Kubernetes"],
    ...["--kubeconfig", join(folder, "kubeconfig"), "--meshConfig", join(folder, "mesh.yaml")],
    ...["--grpcAddr", `127.0.0.1:${grpc}`, "--httpAddr", `127.0.0.1:${http}`],
    ...["--monitoringAddr", `127.0.0.1:${monitoring}`, "--ctrlz_port", "0"],
    ...["--secureGRPCAddr", "", "--httpsAddr", "", "--log_output_level", "default:warn"],
  ];
  const child = spawn("/bin/sh", ["-c", supervised, "sh", folder, config.program, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      POD_NAMESPACE: namespace,
      POD_NAME: "istiod",
      REVISION: revision,
      CLUSTER_ID: clusterId,
      PILOT_CERT_PROVIDER: "none",
      ENABLE_CA_SERVER: "false",
      // Proxies connect all at once.
      PILOT_MAX_REQUESTS_PER_SECOND: "100000",
      ...config.env,
    },
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-4000);
  });
  const stop = async (): Promise<void> => {
    await endOf(child);
    server.close();
  };
  const url = `http://127.0.0.1:${http}`;
  try {
    // The shell removes the folder, so it is there before the folder.
    mkdirSync(join(folder, "objects"), { recursive: true });
    file("objects/all.yaml", objects.map((one) => JSON.stringify(one)).join("\n---\n"));
    file("kubeconfig", JSON.stringify(kubeconfigFor(server.url)));
    const sources = [`fs://${join(folder, "objects")}`, "k8s://"].map((address) => ({ address }));
    file(
      "mesh.yaml",
      JSON.stringify({ ...meshConfig, ...(usesGatewayApi(cluster) && { configSources: sources }) }),
    );
    child.stdin.write("\n");
    const pid = await pidFrom(child);
    await until(
      "istiod's start",
      () => {
        if (hasEnded(child)) throw signalOf(child) === undefined ? refusal(log) : ended(child, log);
        return fetch(`${url}/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      patience,
      50,
    );
    const accepted = async (): Promise<ReadonlySet<string>> => {
      const known = (await (await fetch(`${url}/debug/configz`)).json()) as PlainObject[];
      return new Set(known.map(keyOf));
    };
    const endedEarly = async (): Promise<UserError | undefined> => {
      // Its connections end a moment before it.
      for (let attempt = 0; attempt < 20 && !hasEnded(child); attempt += 1) await sleep(50);
      return hasEnded(child) ? ended(child, log) : undefined;
    };
    return { grpc, url, pid, accepted, endedEarly, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** The signal that has ended istiod, or the shell that runs it and ends with istiod's status. */
function signalOf({ exitCode, signalCode }: ChildProcess): string | undefined {
  return signalCode ?? signalIn(exitCode ?? 0);
}

function ended(child: ChildProcess, log: string): UserError {
  return new UserError({
    problem: `istiod ended (${signalOf(child) ?? `exit code ${child.exitCode ?? 0}`}), so there is no verdict.`,
    details: tailOf(log),
    fix: "Run the command again. If it happens again, look for the reason in the log of the kernel, which ends processes when memory is short.",
  });
}

function tailOf(log: string): string {
  return log.trim().split("\n").slice(-8).join("\n");
}

function refusal(log: string): UserError {
  return new UserError({
    problem: "istiod did not start with the rendered objects.",
    details: tailOf(log),
    fix: "Correct what it names: most often an override in the catalog that makes an object invalid.",
  });
}

/** The cluster's name, which proxies name too. */
export const clusterId = "Kubernetes";

/** Names an object by kind, namespace and name. */
export function keyOf({ kind, metadata }: PlainObject): string {
  const { namespace, name } = metadata as { readonly namespace?: string; readonly name?: string };
  return `${kind} ${String(namespace)}/${String(name)}`;
}

function kubeconfigFor(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "files", cluster: { server } }],
    users: [{ name: "istiod", user: {} }],
    contexts: [{ name: "files", context: { cluster: "files", user: "istiod" } }],
    "current-context": "files",
  };
}

function pidFrom({ stdout }: ChildProcess): Promise<number> {
  return new Promise((done) => {
    stdout?.once("data", (line: Buffer) => {
      done(Number(line.toString()));
    });
    stdout?.once("close", () => {
      done(0);
    });
  });
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (hasEnded(child)) {
      done();
      return;
    }
    child.once("exit", () => {
      done();
    });
    child.stdin?.end();
  });
}
