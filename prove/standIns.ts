import { type Mesh, otlpPort, type Port, type Service } from "../catalog";
import { sandboxNodes } from "../sandbox/nodes";
import type { Subject } from "./subject";
import type { LabObject } from "./laboratory";
import { identitiesOf, strangerNamespace, unmeshedNamespace } from "./identities";
import { collectorsOf } from "./logSink";

/** Labels of a probe's pods. */
export function probeLabels(serviceAccount: string): Record<string, string> {
  return { app: `prove-${serviceAccount}` };
}

/**
 * Objects that the catalog leaves to others, as far as requests need them: namespaces, service accounts, Services and
 * pods.
 */
export function standIns(subject: Pick<Subject, "mesh" | "releases">): LabObject[] {
  const { mesh } = subject;
  const services = mesh.services.flatMap((service) => [
    ...(service.service === "create" || service.ports.length === 0 ? [] : [serviceOf(service)]),
    ...(service.serviceAccount.create ? [] : [account(service.namespace, service.serviceAccount.name)]),
    ...(service.workloads.length > 0 ? [] : workloadsOf(service, mesh)),
  ]);
  return [...services, ...receivers(subject)];
}

/** The services that receive spans and access logs, unless they are the catalog's, or are not in the cluster. */
function receivers(subject: Pick<Subject, "mesh" | "releases">): LabObject[] {
  const { mesh } = subject;
  const { tracing } = mesh.telemetry ?? {};
  const all = [...(tracing ? [{ host: tracing.service, port: otlpPort }] : []), ...collectorsOf(subject)];
  return [...Map.groupBy(all, ({ host }) => host)].flatMap(([host, own]) => {
    const place = inCluster(host);
    if (place === undefined || mesh.services.some((service) => service.host === host)) return [];
    return receiver(mesh, place, [...new Set(own.map(({ port }) => port))]);
  });
}

function receiver(mesh: Mesh, { name, namespace: own }: Place, numbers: readonly number[]): LabObject[] {
  const labels = { app: name, "app.kubernetes.io/name": name };
  const ports = numbers.map((port) => ({ name: `grpc-${port}`, port, targetPort: port }));
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: own },
      spec: { selector: labels, ports: ports.map((port) => ({ ...port, appProtocol: "grpc" })) },
    } as never,
    deployment(own, name, labels, "default", ports, mesh, 1),
  ];
}

interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** Name and namespace of a Service of the cluster. Undefined for another host. */
function inCluster(host: string): Place | undefined {
  const [, name = "", own = ""] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(host) ?? [];
  return name === "" ? undefined : { name, namespace: own };
}

/** Namespaces that the rendered objects do not have. */
export function namespaces(
  subject: Pick<Subject, "mesh" | "releases">,
  rendered: ReadonlySet<string>,
): LabObject[] {
  const { mesh } = subject;
  const injected = [
    ...mesh.namespaces,
    ...identitiesOf(mesh).map(({ namespace }) => namespace),
    ...receivers(subject).flatMap(({ metadata }) => metadata.namespace ?? []),
    strangerNamespace,
  ].filter((name) => !rendered.has(name));
  const label: Record<string, string> =
    mesh.revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": mesh.revision };
  return [...[...new Set(injected)].map((name) => namespace(name, label)), namespace(unmeshedNamespace, {})];
}

/** One pod per identity, without a Sidecar of its own, and a pod without a proxy. */
export function probes(mesh: Mesh): LabObject[] {
  const known = new Set(
    mesh.services.map(({ namespace: place, serviceAccount: { name } }) => `${place}/${name}`),
  );
  // The chart of a release creates its service account.
  const gateways = new Set(
    mesh.gateways
      .filter(({ pods: { release } }) => release !== undefined)
      .map(({ pods: { namespace: place, serviceAccount } }) => `${place}/${serviceAccount}`),
  );
  return [
    ...identitiesOf(mesh).flatMap(({ namespace: place, serviceAccount }) => {
      const key = `${place}/${serviceAccount}`;
      const exists = serviceAccount === "default" || known.has(key) || gateways.has(key);
      return [
        ...(exists ? [] : [account(place, serviceAccount)]),
        deployment(place, `prove-${serviceAccount}`, probeLabels(serviceAccount), serviceAccount, [], mesh),
      ];
    }),
    deployment(unmeshedNamespace, "prove-unmeshed", probeLabels("unmeshed"), "default", [], undefined),
  ];
}

function namespace(name: string, labels: Record<string, string>): LabObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } as never };
}

function account(place: string, name: string): LabObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: place } };
}

/** A Service as the tool that deploys the pods has it: its ports name their protocols. */
function serviceOf({ name, namespace: place, selector, ports }: Service): LabObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: place },
    spec: {
      selector,
      ports: ports.map(({ name: port, port: number, targetPort, protocol }) => ({
        name: port.startsWith(protocol) ? port : `${protocol}-${port}`,
        port: number,
        targetPort,
      })),
    },
  } as never;
}

function workloadsOf(service: Service, mesh: Mesh): LabObject[] {
  const { name, namespace: place, selector, versions, ports, serviceAccount, loadBalancing } = service;
  // Locality settings have an effect only with pods in every zone.
  const replicas = loadBalancing.locality === undefined ? 2 : sandboxNodes().length;
  const one = (own: string, labels: Readonly<Record<string, string>>): LabObject =>
    deployment(place, own, { ...selector, ...labels }, serviceAccount.name, ports, mesh, replicas);
  if (versions.length === 0) return [one(name, {})];
  return versions.map((version) => one(`${name}-${version.name}`, version.labels));
}

function deployment(
  place: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  serviceAccountName: string,
  ports: readonly Pick<Port, "targetPort">[],
  mesh: Mesh | undefined,
  replicas = 2,
): LabObject {
  const injected = {
    "sidecar.istio.io/inject": "true",
    ...(mesh?.revision !== undefined && { "istio.io/rev": mesh.revision }),
  };
  const container = {
    name: "application",
    image: "application",
    ports: ports.map(({ targetPort }) => ({ containerPort: targetPort })),
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: place },
    spec: {
      replicas: ports.length === 0 ? 1 : replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...(mesh && injected) } },
        spec: { serviceAccountName, containers: [container] },
      },
    },
  } as never;
}
