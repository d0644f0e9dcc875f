import { createHash } from "node:crypto";
import { isObject } from "../../catalog";
import {
  type KnownObject,
  knownObject,
  type Model,
  type PlainObject,
  type ServiceHost,
  titleOf,
  workloadsSelected,
  type Workload,
} from "../../effect";
import { undeclaredHost } from "../laboratory";
import type { ProxyNode } from "./proxy";

/** A pod with its address. */
export interface Pod {
  readonly address: string;
  readonly name: string;
  readonly workload: Workload;
  /** Labels as injection leaves them. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Pods and Services with addresses: what istiod reads of a cluster, and what connections reach. */
export interface World {
  /** Objects of Kubernetes' own kinds, for istiod. */
  readonly cluster: readonly PlainObject[];
  readonly pods: readonly Pod[];
  readonly podsOf: (workload: Workload) => readonly Pod[];
  readonly podAt: (address: string) => Pod | undefined;
  /** Addresses of a host name, or those that an address of a Service stands for. */
  readonly resolve: (host: string) => readonly string[];
  /** The pods behind an address of a Service, and their port. Undefined for any other address. */
  readonly behind: (address: string, port: number) => readonly { pod: Pod; port: number }[] | undefined;
}

const outside = "10.244.250.1";
const undeclared = "10.244.250.2";
const nodes = ["a", "b", "c", "d"];

/**
 * Gives each pod and each Service an address.
 *
 * @param replicas returns how many pods a workload has.
 */
export function worldOf(
  model: Model,
  objects: readonly PlainObject[],
  replicas: (workload: Workload) => number,
): World {
  const podAddress = addressesFrom(128, 7);
  const serviceAddress = addressesFrom(96, 5);
  const pods = model.workloads.flatMap((workload) => podsFor(workload, replicas(workload), podAddress));
  const byWorkload = Map.groupBy(pods, ({ workload }) => workload);
  const podsOf = (workload: Workload): readonly Pod[] => byWorkload.get(workload) ?? [];
  const byAddress = new Map(pods.map((pod) => [pod.address, pod]));
  const inCluster = [
    ...new Map(
      model.services.filter(({ registry }) => registry === "kubernetes").map((one) => [one.host, one]),
    ).values(),
  ];
  const sources = new Map(objects.map(knownObject).map((one) => [titleOf(one), one]));
  const services = inCluster.map((service): Addressed => {
    const source = sources.get(titleOf(service.from));
    const headless = isObject(source?.spec) && source.spec.clusterIP === "None";
    const own = workloadsSelected(model.workloads, service.selector ?? {}, service.namespace);
    return {
      service,
      source,
      address: headless ? "None" : serviceAddress(service.host),
      pods: service.selector === undefined ? [] : own.flatMap(podsOf),
    };
  });
  const byHost = new Map(services.map((one) => [one.service.host, one]));
  const byServiceAddress = new Map(services.map((one) => [one.address, one]));
  const entries = new Map(
    model.services
      .filter(({ registry }) => registry === "entry")
      .map(({ host, addresses }) => [host, addresses]),
  );
  const resolve = (host: string): readonly string[] => {
    if (/^[\d.]+$/.test(host)) return [host];
    const service = byHost.get(host);
    if (service)
      return service.address === "None" ? service.pods.map(({ address }) => address) : [service.address];
    const [given] = entries.get(host) ?? [];
    return [given?.split("/")[0] ?? (host === undeclaredHost ? undeclared : outside)];
  };
  return {
    cluster: [
      ...objects.filter(({ kind }) => kind === "Namespace"),
      ...nodes.map(nodeObject),
      ...pods.map(podObject),
      ...services.flatMap(serviceObjects),
    ],
    pods,
    podsOf,
    podAt: (address) => byAddress.get(address),
    resolve,
    behind: (address, port) => {
      const found = byServiceAddress.get(address);
      const number = found?.service.ports.find((one) => one.number === port);
      if (found === undefined) return undefined;
      return number === undefined
        ? []
        : found.pods.map((pod) => ({ pod, port: targetAt(number, pod.workload) }));
    },
  };
}

/** Whether an address is that of the host that no catalog declares. */
export function isUndeclared(address: string): boolean {
  return address === undeclared || address === undeclaredHost;
}

/** How a pod's proxy introduces itself. Undefined for a pod without one. */
export function nodeOf({ address, name, workload, labels }: Pod): ProxyNode | undefined {
  const { proxy = "sidecar", namespace, serviceAccount = "default", annotations = {} } = workload;
  if (proxy === "none") return undefined;
  const type = proxy === "gateway" ? "router" : "sidecar";
  return { type, name, namespace, labels, address, serviceAccount, annotations };
}

interface Addressed {
  readonly service: ServiceHost;
  readonly source: KnownObject | undefined;
  readonly address: string;
  readonly pods: readonly Pod[];
}

/** Labels that injection adds to a pod with a sidecar. Other proxies start mutual TLS with such a pod. */
const injected = { "security.istio.io/tlsMode": "istio" };

function podsFor(workload: Workload, count: number, addressFor: (name: string) => string): Pod[] {
  const { name, namespace, labels, proxy = "sidecar" } = workload;
  return Array.from({ length: count }, (_, ordinal): Pod => {
    const address = addressFor(`${namespace}/${name}/${ordinal}`);
    return {
      address,
      // istiod's debug interface finds a proxy by a part of its name, so no name is a part of another.
      name: `${name}-${address.replaceAll(".", "-")}-${ordinal}`,
      workload,
      labels: proxy === "sidecar" ? { ...labels, ...injected } : labels,
    };
  });
}

/**
 * Gives each name an address that depends on little but the name, so that a change of a catalog leaves the others as they
 * are.
 *
 * @param second the least second byte. @param bits how many bits of the second byte are free.
 */
function addressesFrom(second: number, bits: number): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    for (let attempt = 0; ; attempt += 1) {
      const bytes = createHash("sha256").update(`${attempt} ${name}`).digest();
      const [first = 0, middle = 0, last = 0] = bytes;
      const address = `10.${second + (first >> (8 - bits))}.${middle}.${1 + (last % 254)}`;
      if (taken.has(address)) continue;
      taken.add(address);
      return address;
    }
  };
}

/** Nodes in two regions, as the laboratory has them. */
function nodeObject(zone: string, index: number): PlainObject {
  const region = index < 2 ? "region-1" : "region-2";
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `node-${zone}`,
      labels: { "topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": `${region}${zone}` },
    },
  };
}

function nodeFor(name: string): string {
  return `node-${nodes[Number(name.split("-").at(-1)) % nodes.length] ?? "a"}`;
}

function podObject({ address, name, labels, workload }: Pod): PlainObject {
  const { namespace, serviceAccount = "default", annotations = {}, ports = [], namedPorts = {} } = workload;
  const names = new Map(Object.entries(namedPorts).map(([port, number]) => [number, port]));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels, annotations, uid: `${namespace}-${name}` },
    spec: {
      nodeName: nodeFor(name),
      serviceAccountName: serviceAccount,
      containers: [
        {
          name: "application",
          ports: ports.map((containerPort) => ({ containerPort, name: names.get(containerPort) ?? "" })),
        },
      ],
    },
    status: {
      phase: "Running",
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

function targetAt({ number, target }: ServiceHost["ports"][number], workload: Workload): number {
  return typeof target === "number" ? target : (workload.namedPorts?.[target] ?? number);
}

function serviceObjects({ service, source, address, pods }: Addressed): PlainObject[] {
  if (source === undefined) return [];
  const { name, namespace, spec } = source;
  const object = {
    ...source.source,
    spec: { ...(spec as object), clusterIP: address, clusterIPs: [address] },
  };
  const byPorts = Map.groupBy(pods, ({ workload }) =>
    service.ports.map((port) => targetAt(port, workload)).join(),
  );
  const slices = [...byPorts.values()].map((own, index): PlainObject => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-${index}`,
      namespace,
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: "IPv4",
    ports: service.ports.map((port) => ({
      name: port.name,
      port: own[0] ? targetAt(port, own[0].workload) : port.number,
      protocol: "TCP",
    })),
    endpoints: own.map((pod) => ({
      addresses: [pod.address],
      conditions: { ready: true },
      nodeName: nodeFor(pod.name),
      targetRef: { kind: "Pod", name: pod.name, namespace: pod.workload.namespace },
    })),
  }));
  return [object, ...slices];
}
