import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { type Edge, isHttp, type Labels, type Port, selectsAll, type Service } from "../catalog";
import type { CheckedMesh } from "../checks";
import type { Manifest } from "../mesh";
import { belongsToAddons } from "./addOns";
import type { Snapshot } from "./health";
import type { Problem } from "./problem";

/**
 * Compares what runs on a cluster with a catalog: pods that no service selects, services without pods, pods under another
 * account, ports that Istio reads as another protocol, and workloads whose immutable selector would change. Each problem
 * names the calls and routes that are denied or fail because of it.
 *
 * @param objects the catalog's rendered objects.
 */
export function judgeDeployed(
  mesh: CheckedMesh,
  objects: readonly Manifest[],
  snapshot: Pick<Snapshot, "pods" | "services" | "workloads">,
): Problem[] {
  const pods = snapshot.pods.filter(runs);
  return [
    ...mesh.services.flatMap((service) => [
      ...withoutPods(service, pods),
      ...underOtherAccount(service, pods),
      ...wrongPorts(service, snapshot.services),
      ...portsInTheWay(service, snapshot.services),
    ]),
    ...unselected(mesh, pods),
    ...selectorChanges(objects, snapshot.workloads),
  ];
}

function runs({ status, metadata }: V1Pod): boolean {
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !ended && metadata?.deletionTimestamp === undefined;
}

function selected({ namespace, selector }: Service, pods: readonly V1Pod[]): V1Pod[] {
  return pods.filter(
    ({ metadata }) => metadata?.namespace === namespace && selectsAll(selector, metadata.labels ?? {}),
  );
}

function withoutPods(service: Service, pods: readonly V1Pod[]): Problem[] {
  const { name, namespace, selector, incoming, workloads } = service;
  const ends = workloads.some(({ kind }) => kind === "Job" || kind === "CronJob");
  const idle = workloads.length > 0 && workloads.every(({ replicas }) => replicas === 0);
  if (ends || idle || selected(service, pods).length > 0) return [];
  return [
    {
      severity: incoming.length > 0 ? "error" : "warning",
      culprit: `Service ${namespace}/${name}`,
      problem: `No pod of ${namespace} has its labels ${text(selector)}${because(incoming, "so these fail")}.`,
      fix: `Compare them with the pods' (kubectl get pods -n ${namespace} --show-labels), and set services.${name}.selector`,
    },
  ];
}

function underOtherAccount(service: Service, pods: readonly V1Pod[]): Problem[] {
  const { name, namespace, serviceAccount, outgoing } = service;
  const accounts = Map.groupBy(selected(service, pods), ({ spec }) => spec?.serviceAccountName ?? "default");
  accounts.delete(serviceAccount.name);
  return [...accounts].map(([account, own]) => ({
    severity: outgoing.length > 0 ? "error" : "warning",
    culprit: `Pod ${namespace}/${own[0]?.metadata?.name ?? ""}${own.length > 1 ? ` and ${own.length - 1} more` : ""}`,
    problem: `Pods of "${name}" run under the service account "${account}", and the catalog says "${serviceAccount.name}"${because(outgoing, "so these are denied")}.`,
    fix: `Set services.${name}.serviceAccount.name to "${account}", or let the pods run under "${serviceAccount.name}"`,
  }));
}

function wrongPorts(service: Service, services: readonly V1Service[]): Problem[] {
  const { name, namespace, ports, incoming } = service;
  if (ports.length === 0) return [];
  const found = services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
  const culprit = `Service ${namespace}/${name}`;
  if (!found) {
    return [
      {
        severity: incoming.length > 0 ? "error" : "warning",
        culprit,
        problem: `It does not exist${because(incoming, "so these have no route")}.`,
        fix: `Create it, set services.${name}.service to "create", or name the catalog's service as the Service`,
      },
    ];
  }
  return ports.flatMap((port): Problem[] => {
    const edges = incoming.filter((edge) => edge.port.name === port.name);
    const actual = found.spec?.ports?.find((one) => one.port === port.port);
    if (!actual) {
      return [
        {
          severity: "error",
          culprit,
          problem: `It has no port ${port.port}, which the catalog calls "${port.name}"${because(edges, "so these have no route")}.`,
          fix: `Set services.${name}.ports.${port.name}.port to one of ${(found.spec?.ports ?? []).map((one) => one.port).join(", ")}`,
        },
      ];
    }
    return wrongProtocol(culprit, name, port, protocolOf(actual), edges);
  });
}

/**
 * Ports of an adopted Service that the catalog doesn't name and that stand before one that it does. Pulumi's patch
 * compares lists by position, so it would find a change at every run.
 */
function portsInTheWay(service: Service, services: readonly V1Service[]): Problem[] {
  const { name, namespace, ports } = service;
  const found = services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
  const live = found?.spec?.ports ?? [];
  const others = live.filter(
    ({ port, protocol = "TCP" }) => protocol === "TCP" && !ports.some((own) => own.port === port),
  );
  const ordered = ports.every(({ port }, index) => live[index]?.port === port);
  if (service.service !== "adopt" || others.length === 0 || ordered) return [];
  return [
    {
      severity: "warning",
      culprit: `Service ${namespace}/${name}`,
      problem: `The catalog adopts it without its ports ${others.map(({ port }) => port).join(", ")}, which stand among the others, so every pulumi up updates it again.`,
      fix: `Add them to services.${name}.ports: ${others.map(({ name, port }) => `${name ?? "main"} (${port})`).join(", ")}`,
    },
  ];
}

function wrongProtocol(
  culprit: string,
  service: string,
  { name, port, protocol }: Port,
  actual: string | undefined,
  edges: readonly Edge[],
): Problem[] {
  if (actual === protocol) return [];
  const requests = isHttp(protocol);
  const opaque = actual !== undefined && !["http", "http2", "grpc"].includes(actual);
  const narrow = edges.filter(({ methods, paths, endUser }) => methods.length + paths.length > 0 || endUser);
  const denied = requests && opaque ? narrow : [];
  return [
    {
      severity: denied.length > 0 ? "error" : "warning",
      culprit,
      problem:
        actual === undefined
          ? `Its port ${port} has no protocol, so Istio detects it for each connection; the catalog says ${protocol}.`
          : `Istio takes its port ${port} for ${actual}, and the catalog says ${protocol}${because(denied, "so no rule matches the requests of these and they are denied")}.`,
      fix: `Name the port ${protocol} or ${protocol}-<suffix>, set its appProtocol to ${protocol}, or set services.${service}.service to "adopt" (port "${name}")`,
    },
  ];
}

/**
 * The protocol that Istio uses for a port: its `appProtocol`, or what its name begins with.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
function protocolOf({ name, appProtocol }: { name?: string; appProtocol?: string }): string | undefined {
  const said = appProtocol?.toLowerCase() ?? name?.split("-")[0]?.toLowerCase();
  const protocol = said === undefined ? undefined : (kubernetesProtocols[said] ?? said);
  return protocol !== undefined && known.has(protocol) ? protocol : undefined;
}

const kubernetesProtocols: Readonly<Record<string, string>> = {
  "kubernetes.io/h2c": "http2",
  "kubernetes.io/ws": "http",
  "kubernetes.io/wss": "https",
};

const known = new Set([
  "http",
  "http2",
  "grpc",
  "grpc-web",
  "https",
  "tcp",
  "tls",
  "mongo",
  "mysql",
  "redis",
]);

function unselected({ services, gateways }: CheckedMesh, pods: readonly V1Pod[]): Problem[] {
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const claimed = new Set(services.flatMap((service) => selected(service, pods)));
  const others = pods.filter((pod) => {
    const { namespace = "", labels = {}, annotations = {} } = pod.metadata ?? {};
    const gateway =
      annotations["inject.istio.io/templates"] === "gateway" ||
      gateways.some(({ pods: one }) => one.namespace === namespace && selectsAll(one.selector, labels));
    return namespaces.has(namespace) && !claimed.has(pod) && !gateway && !belongsToAddons(labels);
  });
  const groups = Map.groupBy(others, ({ metadata }) => {
    const labels = Object.entries(metadata?.labels ?? {}).filter(([label]) => label !== "pod-template-hash");
    return `${metadata?.namespace ?? ""} ${text(Object.fromEntries(labels))}`;
  });
  return [...groups.values()].map((group) => {
    const { namespace = "", name = "" } = group[0]?.metadata ?? {};
    const account = group[0]?.spec?.serviceAccountName;
    const meant = services.find(
      (service) =>
        service.namespace === namespace &&
        service.serviceAccount.name === account &&
        selected(service, pods).length === 0,
    );
    return {
      severity: "warning",
      culprit: `Pod ${namespace}/${name}${group.length > 1 ? ` and ${group.length - 1} more` : ""}`,
      problem: `No service of the catalog selects ${group.length > 1 ? "them" : "it"}, so every call to ${group.length > 1 ? "them" : "it"} is denied${because(meant?.incoming ?? [], "such as these")}.`,
      fix: meant
        ? `Set services.${meant.name}.selector to labels of ${group.length > 1 ? "these pods" : "this pod"}: ${text(group[0]?.metadata?.labels ?? {})}`
        : "Add a service with a selector of its labels to the catalog, or run it in another namespace",
    };
  });
}

/** Kubernetes refuses every change of a Deployment's or StatefulSet's selector. */
function selectorChanges(objects: readonly Manifest[], workloads: Snapshot["workloads"]): Problem[] {
  return objects.flatMap((object): Problem[] => {
    const { kind, metadata } = object;
    if (kind !== "Deployment" && kind !== "StatefulSet") return [];
    const found = workloads.find(
      (one) =>
        one.kind === kind &&
        one.metadata?.name === metadata.name &&
        one.metadata.namespace === metadata.namespace,
    );
    const there = found?.spec?.selector.matchLabels;
    const wanted = (object.spec as { selector: { matchLabels: Labels } }).selector.matchLabels;
    if (!there || text(there) === text(wanted)) return [];
    const place = `${metadata.namespace ?? ""}/${metadata.name}`;
    return [
      {
        severity: "error",
        culprit: `${kind} ${place}`,
        problem: `Its selector is ${text(there)}, and the catalog's is ${text(wanted)}: Kubernetes refuses to change it.`,
        fix: `Keep the one that is there: set the service's selector and its versions' labels to it. Or let a new ${kind} take over the pods: kubectl delete ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace ?? ""} --cascade=orphan`,
      },
    ];
  });
}

function because(edges: readonly Edge[], what: string): string {
  const paths = [...new Set(edges.map(({ path }) => path))];
  if (paths.length === 0) return "";
  const shown = paths.slice(0, 5).join(", ");
  return `, ${what}: ${shown}${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}`;
}

function text(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.sort().join(",") || "(none)";
}
