/**
 * Memory of a real Envoy against the bytes of the clusters and routes that istiod sends it, for the coefficients in
 * catalog/proxyMemory.ts. Istio's own filters and the mesh's certificates are left out: upstream Envoy lacks the first, and
 * nothing here signs the second. Run it with `npx ts-node --transpile-only bench/sidecarMemory.ts`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import type { PlainObject } from "../effect";
import { checkMesh, renderMesh } from "../mesh";
import { type Json, listOf, objectOf } from "../prove/xds/json";
import { configurationOf, type ProxyConfiguration } from "../prove/xds/proxy";
import { istiodOfFiles } from "../tests/effect/istiodOfFiles";
import { laboratoryFiles } from "../toolchain/laboratory";
import { meshOf } from "./meshOf";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function configurationFor(count: number): Promise<ProxyConfiguration> {
  const { mesh } = checkMesh(meshOf(count));
  if (mesh === undefined) throw new Error("the catalog has errors");
  const rendered = renderMesh(mesh) as readonly object[] as readonly PlainObject[];
  const istio = rendered.filter(
    ({ apiVersion, kind }) => apiVersion.includes(".istio.io/") && kind !== "Sidecar",
  );
  const services = mesh.services.map(({ name, namespace, ports }, index) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      clusterIP: `10.96.${index >> 8}.${index & 255}`,
      ports: ports.map((port) => ({ name: port.name, port: port.port })),
    },
  }));
  const istiod = await istiodOfFiles(istio, services, { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } });
  try {
    const labels = { app: "x" };
    return await configurationOf(istiod, {
      type: "sidecar",
      name: "x",
      namespace: "bench",
      labels,
      address: "10.9.9.9",
    });
  } finally {
    await istiod.stop();
  }
}

/** The same clusters and routes as a static configuration. */
function bootstrapOf({ clusters, routes }: ProxyConfiguration, admin: number): object {
  const endpoint = { address: { socketAddress: { address: "127.0.0.1", portValue: 1 } } };
  const kept = [...clusters.values()]
    .filter(({ type }) => type === "EDS")
    .map((cluster): Json => {
      const { transportSocket } = cluster;
      const rest = without(cluster, replaced);
      const tls = objectOf(objectOf(transportSocket).typedConfig);
      return {
        ...rest,
        type: "STATIC",
        loadAssignment: { clusterName: cluster.name, endpoints: [{ lbEndpoints: [{ endpoint }] }] },
        ...(tls["@type"] !== undefined && {
          transportSocket: {
            name: "envoy.transport_sockets.tls",
            typedConfig: { "@type": tls["@type"], sni: tls.sni },
          },
        }),
      };
    });
  const type = "type.googleapis.com/envoy.extensions.filters";
  const listeners = [...routes.values()].map((route, index) => ({
    name: `listener-${index}`,
    address: { socketAddress: { address: "127.0.0.1", portValue: 0 } },
    filterChains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typedConfig: {
              "@type": `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
              statPrefix: "outbound",
              routeConfig: { ...without(route, ["@type"]), validateClusters: false },
              httpFilters: [
                {
                  name: "envoy.filters.http.router",
                  typedConfig: { "@type": `${type}.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  }));
  return {
    admin: { address: { socketAddress: { address: "127.0.0.1", portValue: admin } } },
    staticResources: { clusters: kept, listeners },
    statsConfig: {
      statsMatcher: {
        inclusionList: { patterns: [{ prefix: "listener_manager" }, { prefix: "cluster_manager" }] },
      },
    },
  };
}

/** Fields of a cluster that need an istiod, or that upstream Envoy lacks. */
const replaced = [
  "@type",
  "type",
  "edsClusterConfig",
  "transportSocket",
  "transportSocketMatches",
  "filters",
];

function without(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

async function residentWith(envoy: string, configuration: ProxyConfiguration): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "envoy-"));
  const admin = await getPort();
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify(bootstrapOf(configuration, admin)));
  const flags = ["-c", file, "--concurrency", "2", "--disable-hot-restart", "--log-level", "error"];
  const child = spawn(envoy, flags, { stdio: ["ignore", "inherit", "inherit"] });
  try {
    for (let ready = false; !ready;) {
      if (child.exitCode !== null) throw new Error("Envoy ended");
      await sleep(200);
      ready = await fetch(`http://127.0.0.1:${admin}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    }
    await sleep(1000);
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8"))?.[1]) / 1024;
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { envoy } = await laboratoryFiles(() => undefined);
  for (const count of [1, 250, 500, 1_000, 2_000]) {
    const configuration = await configurationFor(count);
    const bytes = configuration.sent.CDS.bytes + configuration.sent.RDS.bytes;
    const resident = await residentWith(envoy, configuration);
    print(
      `${count} services, ${listOf([...configuration.clusters.values()]).length} clusters: ${(bytes / 1e6).toFixed(2)} MB of configuration, Envoy ${resident.toFixed(0)} MB`,
    );
  }
}

void main();
