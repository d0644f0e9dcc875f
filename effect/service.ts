import { selectionOf } from "./selection";
import { listAt, numberAt, textAt, textsAt } from "./field";
import { type KnownObject, nameOf, type ObjectName } from "./object";
import type { MeshSettings } from "./settings";

/** A port of a service. */
export interface ServicePort {
  readonly number: number;
  readonly name: string;
  /** What the proxy speaks: `auto` if it detects HTTP from the first bytes. */
  readonly protocol: "http" | "tcp" | "tls" | "udp" | "auto";
  /** Port of the pods: a number, or the name of a container's port. */
  readonly target: number | string;
}

/** A host that proxies have a cluster for: a Kubernetes Service, or a host of a ServiceEntry. */
export interface ServiceHost {
  readonly host: string;
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  /** Namespaces that see it: `*` is all of them. */
  readonly exportTo: readonly string[];
  readonly registry: "kubernetes" | "entry";
  /** Whether it lies outside of the mesh. */
  readonly external: boolean;
  /** Labels that its pods have. Undefined if its endpoints are no pods of the mesh. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  /** How proxies find the addresses of a ServiceEntry: `NONE`, `STATIC`, `DNS`. Undefined for a Service. */
  readonly resolution?: string;
  /** Addresses or names of a ServiceEntry's endpoints, or the name behind an ExternalName Service. Undefined if there are none. */
  readonly endpoints?: readonly string[];
  readonly from: ObjectName;
  /** Seconds since 1970. */
  readonly created: number;
}

const byHost = new WeakMap<readonly ServiceHost[], ReadonlyMap<string, ServiceHost>>();

/** Returns the service with a host: the first, if several have it. */
export function serviceAt(services: readonly ServiceHost[], host: string): ServiceHost | undefined {
  const known = byHost.get(services);
  if (known) return known.get(host);
  // The last entry of a key counts.
  const index = new Map(services.toReversed().map((one) => [one.host, one]));
  byHost.set(services, index);
  return index.get(host);
}

/** Reads the hosts of a Service or a ServiceEntry. None for every other object. */
export function serviceHosts(object: KnownObject, settings: MeshSettings): ServiceHost[] {
  if (object.kind === "Service" && object.group === "") return [kubernetesService(object, settings)];
  if (object.kind === "ServiceEntry") return serviceEntry(object);
  return [];
}

function kubernetesService(object: KnownObject, { clusterDomain }: MeshSettings): ServiceHost {
  const { name, namespace, spec, annotations, created } = object;
  const { labels: selector } = selectionOf(object);
  const cluster = textAt(spec, "clusterIP");
  return {
    host: `${name}.${namespace}.svc.${clusterDomain}`,
    namespace,
    ports: listAt(spec, "ports").map((port) => {
      const number = numberAt(port, "port") ?? 0;
      const target = port.targetPort;
      const transport = textAt(port, "protocol");
      return {
        number,
        name: textAt(port, "name") ?? "",
        protocol:
          transport === "UDP"
            ? "udp"
            : protocolOf(textAt(port, "appProtocol") ?? textAt(port, "name") ?? "", number),
        target: typeof target === "number" || typeof target === "string" ? target : number,
      };
    }),
    exportTo: exported(annotations["networking.istio.io/exportTo"]?.split(",") ?? [], namespace),
    registry: "kubernetes",
    external: textAt(spec, "type") === "ExternalName",
    ...(textAt(spec, "type") === "ExternalName" && { endpoints: [textAt(spec, "externalName") ?? ""] }),
    ...(Object.keys(selector).length > 0 && { selector }),
    addresses: cluster === undefined || cluster === "None" ? [] : [cluster],
    from: nameOf(object),
    created,
  };
}

function serviceEntry(object: KnownObject): ServiceHost[] {
  const { namespace, spec, created } = object;
  const { labels: selector } = selectionOf(object);
  // Without a resolution, connections keep their destination.
  const endpoints =
    (textAt(spec, "resolution") ?? "NONE") === "NONE"
      ? []
      : listAt(spec, "endpoints").flatMap((one) => textAt(one, "address") ?? []);
  return textsAt(spec, "hosts").map((host) => ({
    host,
    namespace,
    ports: listAt(spec, "ports").map((port) => {
      const number = numberAt(port, "number") ?? 0;
      return {
        number,
        name: textAt(port, "name") ?? "",
        protocol: protocols.get((textAt(port, "protocol") ?? "").toLowerCase()) ?? "auto",
        target: numberAt(port, "targetPort") ?? number,
      };
    }),
    exportTo: exported(textsAt(spec, "exportTo"), namespace),
    registry: "entry",
    external: (textAt(spec, "location") ?? "MESH_EXTERNAL") === "MESH_EXTERNAL",
    ...(Object.keys(selector).length > 0 && { selector }),
    addresses: textsAt(spec, "addresses"),
    resolution: textAt(spec, "resolution") ?? "NONE",
    ...(endpoints.length > 0 && { endpoints }),
    from: nameOf(object),
    created,
  }));
}

/** Returns the namespaces that see an object: `*` for all, none for `~`. */
export function exported(exportTo: readonly string[], namespace: string): string[] {
  const given = exportTo.map((one) => one.trim()).filter((one) => one !== "");
  if (given.length === 0 || given.includes("*")) return ["*"];
  if (given.includes("~")) return [];
  return given.map((one) => (one === "." ? namespace : one));
}

/** Whether a namespace is among those that see an object. */
export function sees(exportTo: readonly string[], namespace: string): boolean {
  return exportTo.includes("*") || exportTo.includes(namespace);
}

/** What a proxy speaks, by the names of protocols in Istio's objects. */
export const protocols: ReadonlyMap<string, ServicePort["protocol"]> = new Map(
  Object.entries({
    http: "http",
    http2: "http",
    grpc: "http",
    "grpc-web": "http",
    http_proxy: "http",
    tcp: "tcp",
    mongo: "tcp",
    mysql: "tcp",
    redis: "tcp",
    https: "tls",
    tls: "tls",
    udp: "udp",
  }),
);

/** Values of `appProtocol` that Kubernetes defines. */
const standard: ReadonlyMap<string, ServicePort["protocol"]> = new Map(
  Object.entries({
    "kubernetes.io/h2c": "http",
    "kubernetes.io/ws": "http",
    "kubernetes.io/wss": "tls",
  }),
);

/** Ports on which the proxy never detects the protocol, because their servers send first. */
const serverFirst = [25, 53, 3306, 27017];

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
function protocolOf(name: string, port: number): ServicePort["protocol"] {
  const lower = name.toLowerCase();
  const prefix = lower.startsWith("grpc-web") ? "grpc-web" : lower.split("-", 1)[0];
  return standard.get(name) ?? protocols.get(prefix ?? "") ?? (serverFirst.includes(port) ? "tcp" : "auto");
}
