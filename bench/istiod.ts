/**
 * What a catalog costs istiod and the proxies: configuration of each proxy, and a push to all of them. It compares the
 * Sidecars that the catalog renders, Sidecars that also name all of istio-system, and none. istiod is real, and the
 * proxies are clients that take their configuration. Run it with `make bench`.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh } from "../catalog";
import { table } from "../cli/output";
import type { PlainObject } from "../effect";
import { checkMesh, renderMesh } from "../mesh";
import { connectXds, type XdsClient } from "../prove/xds/client";
import type { Istiod } from "../prove/xds/istiod";
import { istiodOfFiles } from "../tests/effect/istiodOfFiles";
import { istioCharts } from "../toolchain";
import { meshOf } from "./meshOf";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const proxies = 20;
const pushes = 5;
const types = ["cluster.v3.Cluster", "listener.v3.Listener", "route.v3.RouteConfiguration"].map(
  (name) => `type.googleapis.com/envoy.config.${name}`,
);

interface Cost {
  readonly kilobytes: number;
  /** Milliseconds of CPU. */
  readonly push: number;
  readonly megabytes: number;
}

/** Istio's system namespace has about as many services in a cluster with its add-ons. */
const system: readonly PlainObject[] = Array.from({ length: 8 }, (_, index) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: `system-${index}`, namespace: "istio-system" },
  spec: { clusterIP: `10.97.0.${index + 1}`, ports: [{ name: "http", port: 8080 }], selector: { app: "x" } },
}));

async function costOf(objects: readonly PlainObject[]): Promise<Cost> {
  const own = (kind: unknown): boolean => kind === "Service" || kind === "Namespace";
  const addressed = objects
    .filter(({ kind }) => own(kind))
    .map((object, index) =>
      object.kind === "Service"
        ? {
            ...object,
            spec: {
              ...(object.spec as object),
              clusterIP: `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
            },
          }
        : object,
    );
  const istio = objects.filter(({ apiVersion }) => apiVersion.includes(".istio.io/"));
  const istiod = await istiodOfFiles(istio, [...addressed, ...system], {
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
  });
  const clients = Array.from({ length: proxies }, (_, index) => proxyOf(istiod, index));
  try {
    await settled(clients);
    const bytes = clients.flatMap(({ received }) => received).reduce((sum, one) => sum + one.bytes, 0);
    const before = cpuOf(istiod.pid);
    for (let push = 0; push < pushes; push += 1) {
      await fetch(`${istiod.url}/debug/adsz?push=true`);
      await settled(clients);
    }
    return {
      kilobytes: bytes / proxies / 1024,
      push: (cpuOf(istiod.pid) - before) / pushes,
      megabytes:
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${istiod.pid}/status`, "utf8"))?.[1]) / 1024,
    };
  } finally {
    for (const client of clients) client.close();
    await istiod.stop();
  }
}

/** A proxy of one of the first services: it acknowledges what it gets. */
function proxyOf({ grpc }: Istiod, index: number): XdsClient {
  const name = `service-${index}`;
  const client = connectXds(grpc, `sidecar~10.99.0.${index + 1}~${name}.bench~bench.svc.cluster.local`, {
    NAMESPACE: "bench",
    LABELS: { app: name },
    ISTIO_VERSION: istioCharts.version,
  });
  for (const type of types) client.send(type, undefined, namesOf(type));
  return client;
}

function namesOf(type: string): string[] {
  return type.includes("route") ? ["8080"] : [];
}

const acknowledged = new WeakMap<XdsClient, number>();

/** Waits until nothing has come for a second, and acknowledges what did. */
async function settled(clients: readonly XdsClient[]): Promise<void> {
  let quiet = 0;
  while (quiet < 5) {
    await sleep(200);
    let fresh = 0;
    for (const client of clients) {
      const from = acknowledged.get(client) ?? 0;
      for (const { typeUrl, nonce } of client.received.slice(from)) {
        client.send(typeUrl, { nonce }, namesOf(typeUrl));
        fresh += 1;
      }
      acknowledged.set(client, client.received.length);
    }
    const complete = clients.every(({ received }) => received.length >= types.length);
    quiet = fresh === 0 && complete ? quiet + 1 : 0;
  }
}

/** Milliseconds of CPU that a process has used: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function main(): Promise<void> {
  const rows: string[][] = [];
  for (const count of [1_000, 5_000]) {
    const { mesh } = checkMesh(meshOf(count));
    if (mesh === undefined) throw new Error("the catalog has errors");
    const objects = [
      ...(renderMesh(mesh) as readonly object[] as readonly PlainObject[]),
      ...servicesOf(mesh),
    ];
    const withSystem = objects.map((object) => (object.kind === "Sidecar" ? alsoSystem(object) : object));
    const without = objects.filter(({ kind }) => kind !== "Sidecar");
    const variants = {
      "as rendered": objects,
      "with istio-system/*": withSystem,
      "without Sidecars": without,
    };
    let first: Cost | undefined;
    for (const [name, variant] of Object.entries(variants)) {
      const cost = await costOf(variant);
      first ??= cost;
      const ratio = (key: keyof Cost): string => `${(cost[key] / (first?.[key] ?? 1)).toFixed(1)}×`;
      rows.push([
        String(count),
        name,
        cost.kilobytes.toFixed(0),
        ratio("kilobytes"),
        cost.push.toFixed(0),
        ratio("push"),
        cost.megabytes.toFixed(0),
        ratio("megabytes"),
      ]);
    }
  }
  print(
    table(
      ["SERVICES", "SIDECARS", "kB PER PROXY", "", `CPU ms OF A PUSH TO ${proxies}`, "", "ISTIOD MB", ""],
      rows,
    ),
  );
}

/** The Services, which other tools create here. */
function servicesOf({ services }: Mesh): PlainObject[] {
  return services.map(({ name, namespace, ports, selector }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector, ports: ports.map(({ name: port, port: number }) => ({ name: port, port: number })) },
  }));
}

function alsoSystem(sidecar: PlainObject): PlainObject {
  const spec = sidecar.spec as { readonly egress?: readonly { readonly hosts: readonly string[] }[] };
  return {
    ...sidecar,
    spec: {
      ...spec,
      egress: spec.egress?.map((one) => ({ ...one, hosts: [...one.hosts, "istio-system/*"] })),
    },
  };
}

void main();
