import { gatewayProxies, isObject, type Mesh, type Service } from "../catalog";
import {
  injectedBy,
  knownObject,
  type MeshSettings,
  type Model,
  type PlainObject,
  readObjects,
  type Workload,
} from "../effect";

/**
 * The model of a mesh's objects. Pods and Services that other tools create are those that the catalog describes.
 *
 * @param settings of the mesh, where they differ from Istio's defaults. The trust domain is the catalog's.
 */
export function modelOf(
  mesh: Mesh,
  objects: readonly PlainObject[],
  settings: Partial<MeshSettings> = {},
): Model {
  const services = new Map(mesh.services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const rendered = new Set(objects.filter(({ kind }) => kind === "Service").map(placeOf));
  // Their namespaces' labels decide about proxies, and overrides can change these.
  const bare = new Set(
    objects
      .filter(({ kind }) => kind === "Namespace")
      .map(knownObject)
      .flatMap(({ name, labels }) => (injectedBy(labels) === true ? [] : [name])),
  );
  const workloads = [
    ...mesh.services
      .filter(({ workloads: own }) => own.length === 0)
      .map((service) => ({
        ...workloadOf(service),
        ...(bare.has(service.namespace) && { proxy: "none" as const }),
      })),
    ...gatewayWorkloads(mesh),
  ];
  const known = objects.map((object) => selecting(services, object));
  const others = [...services]
    .filter(([place]) => !rendered.has(place))
    .map(([, service]) => serviceObject(service));
  return readObjects([...known, ...others, ...gatewayServices(mesh, rendered)], {
    settings: { trustDomain: mesh.trustDomain, rootNamespace: mesh.rootNamespace, ...settings },
    workloads,
  });
}

/** The pods of the gateways, which Helm's charts or other tools deploy. */
export function gatewayWorkloads(mesh: Mesh): Workload[] {
  return gatewayProxies(mesh).map(({ name, namespace, serviceAccount, selector }) => ({
    name,
    namespace,
    serviceAccount,
    labels: selector,
    proxy: "gateway",
  }));
}

/**
 * The Services of the gateways that Helm's charts deploy, with the ports that the catalog uses.
 *
 * @param rendered `<namespace>/<name>` of Services that are known.
 */
export function gatewayServices(mesh: Mesh, rendered: ReadonlySet<string>): PlainObject[] {
  return gatewayProxies(mesh).flatMap(({ namespace, selector, gateways, service }) => {
    if (service === undefined || rendered.has(`${namespace}/${service}`)) return [];
    const ports = [80, 443, ...gateways.flatMap(({ hosts }) => hosts.map(({ port }) => port))];
    return [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: service, namespace },
        spec: {
          selector,
          ports: [...new Set(ports)].map((port) => ({
            name: port === 80 ? "http2" : port === 443 ? "https" : `port-${port}`,
            port,
            targetPort: port,
          })),
        },
      },
    ];
  });
}

function workloadOf({ name, namespace, selector, serviceAccount, ports }: Service): Workload {
  return {
    name,
    namespace,
    labels: selector,
    serviceAccount: serviceAccount.name,
    proxy: "sidecar",
    ports: ports.map(({ targetPort }) => targetPort),
  };
}

/** Another tool's Service has the catalog's ports, and the selector of its pods. */
function selecting(services: ReadonlyMap<string, Service>, object: PlainObject): PlainObject {
  const { kind, spec } = object;
  if (kind !== "Service" || !isObject(spec) || spec.selector !== undefined) return object;
  const service = services.get(placeOf(object));
  return service ? { ...object, spec: { ...spec, selector: service.selector } } : object;
}

function serviceObject({ name, namespace, selector, ports }: Service): PlainObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      selector,
      ports: ports.map(({ name: port, port: number, targetPort, protocol }) => ({
        name: port,
        port: number,
        targetPort,
        appProtocol: protocol,
      })),
    },
  };
}

function placeOf({ metadata }: PlainObject): string {
  const { name = "", namespace = "" } = metadata as { readonly name?: string; readonly namespace?: string };
  return `${namespace}/${name}`;
}
