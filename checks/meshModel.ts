import { gatewayProxies, isObject, type Mesh, type Service } from "../catalog";
import { type MeshSettings, type Model, type PlainObject, readObjects, type Workload } from "../effect";

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
  const workloads = [
    ...mesh.services.filter(({ workloads: own }) => own.length === 0).map(workloadOf),
    ...gatewayProxies(mesh).map(({ name, namespace, serviceAccount, selector }): Workload => ({
      name,
      namespace,
      serviceAccount,
      labels: selector,
      proxy: "gateway",
    })),
  ];
  const known = objects.map((object) => selecting(services, object));
  const others = [...services]
    .filter(([place]) => !rendered.has(place))
    .map(([, service]) => serviceObject(service));
  return readObjects([...known, ...others], {
    settings: { trustDomain: mesh.trustDomain, ...settings },
    workloads,
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
