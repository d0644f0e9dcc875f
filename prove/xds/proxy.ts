import { createHash } from "node:crypto";
import { istioCharts } from "../../toolchain";
import { connectXds, type NodeMetadata, type XdsClient, type XdsResponse } from "./client";
import { clusterId, type Istiod } from "./istiod";
import { type Json, listOf, objectOf } from "./json";
import { fieldsIn, messagesAt } from "../laboratory/protobuf";

/** A proxy, as it introduces itself to istiod. */
export interface ProxyNode {
  readonly type: "sidecar" | "router";
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  /** Default: `default`. */
  readonly serviceAccount?: string;
  /** Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Resources of one type that istiod sends. */
export interface SentResources {
  readonly resources: number;
  readonly bytes: number;
  /** Differs if the resources do, whatever their order. */
  readonly fingerprint: string;
}

/** Types of resources, as their discovery services are called. */
export const resourceTypes = ["LDS", "RDS", "CDS", "EDS"] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** What istiod sends one proxy, by type. */
export type SentTo = Readonly<Record<ResourceType, SentResources>>;

/** What istiod sends one proxy, as Envoy's JSON. */
export interface ProxyConfiguration {
  readonly listeners: readonly Json[];
  readonly clusters: ReadonlyMap<string, Json>;
  readonly routes: ReadonlyMap<string, Json>;
  /** Endpoints of the clusters that istiod sends them for, by the cluster's name. */
  readonly endpoints: ReadonlyMap<string, Json>;
  readonly sent: SentTo;
}

const urls: Readonly<Record<ResourceType, string>> = {
  LDS: "type.googleapis.com/envoy.config.listener.v3.Listener",
  RDS: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  CDS: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  EDS: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
};

/** Requests the whole configuration of a proxy, as Envoy does: clusters and listeners, then what they refer to. */
export function sizesOf(istiod: Istiod, node: ProxyNode): Promise<SentTo> {
  return connected(istiod, node, requestAll);
}

/** Requests the whole configuration of a proxy, and returns it as JSON. */
export function configurationOf(istiod: Istiod, node: ProxyNode): Promise<ProxyConfiguration> {
  return connected(istiod, node, async (client) => {
    const sent = await requestAll(client);
    const proxyID = `${node.name}.${node.namespace}`;
    const response = await fetch(`${istiod.url}/debug/config_dump?include_eds=true&proxyID=${proxyID}`);
    const { configs } = (await response.json()) as { configs: Json[] };
    const all = (key: string, inner: string): Json[] =>
      configs
        .flatMap((config) => listOf(objectOf(config)[key]))
        .map((one) => objectOf(objectOf(one.activeState)[inner] ?? one[inner]));
    const byName = (key: string, inner: string, name = "name"): Map<string, Json> =>
      new Map(all(key, inner).map((one) => [String(one[name]), one]));
    return {
      listeners: all("dynamicListeners", "listener"),
      clusters: byName("dynamicActiveClusters", "cluster"),
      routes: byName("dynamicRouteConfigs", "routeConfig"),
      endpoints: byName("dynamicEndpointConfigs", "endpointConfig", "clusterName"),
      sent,
    };
  });
}

/** @throws {UserError} if istiod has ended. */
async function connected<T>(
  istiod: Istiod,
  node: ProxyNode,
  request: (client: XdsClient) => Promise<T>,
): Promise<T> {
  const client = connect(istiod, node);
  try {
    return await request(client);
  } catch (error) {
    throw (await istiod.endedEarly()) ?? error;
  } finally {
    client.close();
  }
}

function connect({ grpc }: Istiod, node: ProxyNode): XdsClient {
  const { type, name, namespace, labels, address, serviceAccount = "default", annotations = {} } = node;
  const metadata: NodeMetadata = {
    NAMESPACE: namespace,
    LABELS: labels,
    ANNOTATIONS: annotations,
    SERVICE_ACCOUNT: serviceAccount,
    CLUSTER_ID: clusterId,
    INTERCEPTION_MODE: "REDIRECT",
    INSTANCE_IPS: address,
    ISTIO_VERSION: istioCharts.version,
  };
  return connectXds(grpc, `${type}~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`, metadata);
}

async function requestAll(client: XdsClient): Promise<SentTo> {
  const request = (type: ResourceType, names?: readonly string[]): Promise<XdsResponse> => {
    const response = client.next(urls[type]);
    client.send(urls[type], undefined, names);
    return response;
  };
  const [cds, lds] = await Promise.all([request("CDS"), request("LDS")]);
  const named = (type: ResourceType, names: readonly string[]): Promise<XdsResponse | undefined> =>
    names.length === 0 ? Promise.resolve(undefined) : request(type, names);
  const [rds, eds] = await Promise.all([
    named("RDS", [...new Set(lds.resources.flatMap(routesIn))]),
    named("EDS", [...new Set(cds.resources.flatMap(endpointsIn))]),
  ]);
  return { LDS: sizeOf(lds), RDS: sizeOf(rds), CDS: sizeOf(cds), EDS: sizeOf(eds) };
}

function sizeOf(response: XdsResponse | undefined): SentResources {
  const resources = response?.resources ?? [];
  const hashes = resources.map((one) => createHash("sha256").update(one).digest("hex"));
  return {
    resources: resources.length,
    bytes: resources.reduce((sum, { length }) => sum + length, 0),
    fingerprint: createHash("sha256").update(hashes.sort().join()).digest("hex"),
  };
}

/** Names of the route configurations that a listener's filters refer to. */
function routesIn(listener: Buffer): string[] {
  // Chains, filters, their configuration, its `rds`, and the name in it.
  const below = [3, 4, 2, 3, 2];
  return [[3], [25]].flatMap((chains) =>
    messagesAt(listener, chains)
      .flatMap((chain) => messagesAt(chain, [3]))
      .filter((filter) => messagesAt(filter, [4, 1]).join("").endsWith("HttpConnectionManager"))
      .flatMap((filter) => messagesAt(filter, below.slice(1)))
      .map((name) => name.toString("utf8")),
  );
}

/** Value of a cluster's type whose endpoints are discovered. */
const discovered = 3;

/** The name under which a cluster's endpoints are requested, if they are. */
function endpointsIn(cluster: Buffer): string[] {
  if (fieldsIn(cluster).get(2)?.[0] !== discovered) return [];
  const [own] = messagesAt(cluster, [1]);
  const [other = own] = messagesAt(cluster, [3, 2]);
  return other === undefined ? [] : [other.toString("utf8")];
}
