import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import type { PlainObject, Workload } from "../../effect";
import { ensureToolchain } from "../../toolchain";
import { until } from "../sandbox/until";
import { connectXds } from "../sandbox/xdsClient";
import { readOnlyCluster } from "./readOnlyCluster";
import { type Json, listOf, objectOf } from "./envoyAccess";

/** What istiod sends one proxy. */
export interface ProxyConfiguration {
  readonly listeners: readonly Json[];
  /** Names of its clusters. */
  readonly clusters: ReadonlySet<string>;
  /** Routes of port 80. */
  readonly routes: Json;
}

/** A real istiod whose objects come from files. */
export interface IstiodOfFiles {
  /** The objects that istiod has accepted, as `<kind> <namespace>/<name>`. */
  readonly accepted: ReadonlySet<string>;
  /** Asks for the configuration of a workload's sidecar. */
  readonly configurationOf: (workload: Workload, address: string) => Promise<ProxyConfiguration>;
  /** Port of its unencrypted gRPC. */
  readonly grpc: number;
  /** URL of its debug interface. */
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts istiod with objects. All of them must be valid: it refuses to start with others.
 *
 * @param objects of Istio's kinds.
 * @param cluster objects of Kubernetes' own kinds. Default: none.
 * @param meshConfig that differs from Istio's defaults. Default: none.
 */
export async function istiodOfFiles(
  objects: readonly PlainObject[],
  cluster: readonly PlainObject[] = [],
  meshConfig: object = {},
): Promise<IstiodOfFiles> {
  const toolchain = await ensureToolchain(["pilot-discovery"]);
  const server = await readOnlyCluster(cluster);
  const folder = mkdtempSync(join(tmpdir(), "istiod-"));
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  mkdirSync(join(folder, "objects"));
  file("objects/all.yaml", objects.map((one) => JSON.stringify(one)).join("\n---\n"));
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "empty", cluster: { server: server.url } }],
    users: [{ name: "istiod", user: {} }],
    contexts: [{ name: "empty", context: { cluster: "empty", user: "istiod" } }],
    "current-context": "empty",
  };
  const [grpc, http, monitoring] = [await getPort(), await getPort(), await getPort()];
  const process = execa(
    toolchain.program("pilot-discovery"),
    [
      "discovery",
      ...["--configDir", join(folder, "objects"), "--registries", "Kubernetes"],
      ...[
        "--kubeconfig",
        file("kubeconfig", JSON.stringify(kubeconfig)),
        "--meshConfig",
        file("mesh.yaml", JSON.stringify(meshConfig)),
      ],
      ...["--grpcAddr", `127.0.0.1:${grpc}`, "--httpAddr", `127.0.0.1:${http}`],
      ...[
        "--monitoringAddr",
        `127.0.0.1:${monitoring}`,
        "--secureGRPCAddr",
        "",
        "--httpsAddr",
        "",
        "--ctrlz_port",
        "0",
      ],
    ],
    {
      env: {
        POD_NAMESPACE: "istio-system",
        POD_NAME: "istiod",
        REVISION: "default",
        CLUSTER_ID: "Kubernetes",
        PILOT_CERT_PROVIDER: "none",
        ENABLE_CA_SERVER: "false",
      },
      reject: false,
      all: true,
    },
  );
  const stop = async (): Promise<void> => {
    process.kill("SIGKILL");
    await process;
    server.close();
    rmSync(folder, { recursive: true });
  };
  const url = `http://127.0.0.1:${http}`;
  try {
    let ended = "";
    void process.then(({ all }) => {
      ended = all.slice(-2000);
    });
    await until("istiod is ready", async () => {
      if (ended !== "") throw new Error(ended);
      return await fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    const known = (await (await fetch(`${url}/debug/configz`)).json()) as PlainObject[];
    return {
      accepted: new Set(known.map(keyOf)),
      configurationOf: (workload, address) => configuration(url, grpc, workload, address),
      grpc,
      url,
      pid: process.pid ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Names an object by kind, namespace and name. */
export function keyOf({ kind, metadata }: PlainObject): string {
  const { namespace, name } = objectOf(metadata);
  return `${kind} ${String(namespace)}/${String(name)}`;
}

async function configuration(
  url: string,
  grpc: number,
  { name, namespace, labels }: Workload,
  address: string,
): Promise<ProxyConfiguration> {
  const type = (one: string): string => `type.googleapis.com/envoy.config.${one}`;
  const id = `${name}.${namespace}`;
  const xds = connectXds(grpc, `sidecar~${address}~${id}~${namespace}.svc.cluster.local`, {
    NAMESPACE: namespace,
    LABELS: labels,
    ISTIO_VERSION: "1.31.0",
  });
  try {
    xds.send(type("cluster.v3.Cluster"));
    xds.send(type("listener.v3.Listener"));
    xds.send(type("route.v3.RouteConfiguration"), undefined, ["80"]);
    await until(`istiod has sent all to ${id}`, () => xds.received.length >= 3);
    const response = await fetch(`${url}/debug/config_dump?proxyID=${id}`);
    const { configs } = (await response.json()) as { configs: Json[] };
    const all = (key: string, inner: string): Json[] =>
      configs
        .flatMap((config) => listOf(config[key]))
        .map((one) => objectOf(objectOf(one.activeState)[inner] ?? one[inner]));
    const [routes = {}] = all("dynamicRouteConfigs", "routeConfig").filter((one) => one.name === "80");
    return {
      listeners: all("dynamicListeners", "listener"),
      clusters: new Set(all("dynamicActiveClusters", "cluster").map((one) => String(one.name))),
      routes,
    };
  } finally {
    xds.close();
  }
}
