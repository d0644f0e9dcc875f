import { type Fields, fieldsAt, fieldsOf, listAt, numberAt, textAt, textsByName } from "./field";
import { injectionRefusal, injectionRequest, type InjectionSubject } from "./injection";
import { type KnownObject, nameOf, type ObjectName, selects } from "./object";
import type { Identity } from "./request";
import type { MeshSettings } from "./settings";

/** Pods that are alike: their labels, identity and proxy. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** Default: `default`. */
  readonly serviceAccount?: string;
  /** Annotations of its pods. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** `sidecar` and `gateway` for pods with a proxy, `none` for pods without. Default: `sidecar`. */
  readonly proxy?: "sidecar" | "gateway" | "none";
  /** Ports that its containers open. Default: those that services of its pods name. */
  readonly ports?: readonly number[];
  /** Ports of its containers, by name. Default: none. */
  readonly namedPorts?: Readonly<Record<string, number>>;
  /** Whether its pods use the network of their node, in which NetworkPolicies do not select them. Default: false. */
  readonly hostNetwork?: true;
  /** The object that creates its pods. Undefined if it is not among the objects. */
  readonly from?: ObjectName;
  /** Whether the workload has no pods, because of `replicas: 0`. Default: false. */
  readonly idle?: true;
  /** Whether its pods are assumed, because objects select them and none creates them. Default: false. */
  readonly assumed?: true;
}

/** The identity in the certificate of a workload's proxy. */
export function identityOf(
  { namespace, serviceAccount = "default" }: Workload,
  { trustDomain }: MeshSettings,
): Identity {
  return { trustDomain, namespace, serviceAccount };
}

const templates: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Deployment: ["template"],
    StatefulSet: ["template"],
    DaemonSet: ["template"],
    ReplicaSet: ["template"],
    ReplicationController: ["template"],
    Job: ["template"],
    CronJob: ["jobTemplate", "spec", "template"],
    Rollout: ["template"],
    CloneSet: ["template"],
    Configuration: ["template"],
  }),
);

/** Returns the template of the pods that an object creates; of a Pod, the object itself. */
export function podTemplateOf({ kind, group, spec, source }: KnownObject): Fields | undefined {
  const path = kind === "Service" && group === "serving.knative.dev" ? ["template"] : templates.get(kind);
  return kind === "Pod" ? source : path && fieldsAt(spec, ...path);
}

/** Returns the path of {@link podTemplateOf} in an object that creates pods: `spec.template`, or nothing for a Pod. */
export function podTemplatePath({ kind }: KnownObject): readonly string[] {
  return kind === "Pod" ? [] : ["spec", ...(templates.get(kind) ?? ["template"])];
}

/** Returns the containers of pods that run as long as the pod: those of the application, and sidecars of Kubernetes. */
export function containersOf(podSpec: unknown): Fields[] {
  const sidecars = listAt(podSpec, "initContainers").filter((one) => one.restartPolicy === "Always");
  return [...listAt(podSpec, "containers"), ...sidecars];
}

/** Reads the workload of an object that creates pods. Undefined for every other object. */
export function workloadOf(
  object: KnownObject,
  namespaces: ReadonlyMap<string, KnownObject>,
): Workload | undefined {
  const template = podTemplateOf(object);
  if (!template) return undefined;
  // A pod that a controller owns is the controller's.
  if (object.kind === "Pod" && listAt(fieldsAt(object.source, "metadata"), "ownerReferences").length > 0) {
    return undefined;
  }
  const metadata = fieldsAt(template, "metadata");
  const spec = fieldsAt(template, "spec");
  const labels = textsByName(metadata, "labels");
  const annotations = textsByName(metadata, "annotations");
  const namespace = { name: object.namespace, labels: namespaces.get(object.namespace)?.labels ?? {} };
  const ports = containersOf(spec).flatMap((container) => listAt(container, "ports"));
  return {
    name: object.name,
    namespace: object.namespace,
    labels,
    annotations,
    serviceAccount: textAt(spec, "serviceAccountName") ?? textAt(spec, "serviceAccount") ?? "default",
    proxy: proxyOf({ namespace, labels, annotations, hostNetwork: spec.hostNetwork === true }, spec),
    ports: ports.flatMap((port) => numberAt(port, "containerPort") ?? []),
    namedPorts: Object.fromEntries(
      ports.map((port) => [textAt(port, "name") ?? "", numberAt(port, "containerPort") ?? 0]),
    ),
    ...(spec.hostNetwork === true && { hostNetwork: true as const }),
    ...(fieldsOf(object.spec).replicas === 0 && { idle: true as const }),
    from: nameOf(object),
  };
}

/** The image of ztunnel, the node proxy of ambient mode. Its container is named istio-proxy, too. */
const ztunnel = /(^|\/)ztunnel([:@]|$)/;

/** Labels of pods that istiod creates for a Gateway of the Gateway API. */
const gatewayLabels = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];

/**
 * Whether a pod with these annotations is injected with the template of a gateway.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export function hasGatewayTemplate(annotations: Readonly<Record<string, string>>): boolean {
  return annotations["inject.istio.io/templates"]?.split(",").includes("gateway") ?? false;
}

/** Decides as Istio's injection webhook does, unless a proxy is among the containers. */
function proxyOf(subject: Required<InjectionSubject>, spec: unknown): "sidecar" | "gateway" | "none" {
  const { namespace, labels, annotations } = subject;
  const isProxy = (container: Fields): boolean =>
    textAt(container, "name") === "istio-proxy" && !ztunnel.test(textAt(container, "image") ?? "");
  const containers = listAt(spec, "containers");
  const hasProxy = [...containers, ...listAt(spec, "initContainers")].some(isProxy);
  const router = hasGatewayTemplate(annotations);
  const isManaged = containers.every(isProxy) && gatewayLabels.some((label) => labels[label] !== undefined);
  const asked =
    injectionRefusal(subject) === undefined && injectionRequest(namespace.labels, labels)?.asked === true;
  if (!asked && !hasProxy) return "none";
  return router || isManaged ? "gateway" : "sidecar";
}

/** Workloads by namespace, and there by each of their labels. */
type Index = ReadonlyMap<string, ReadonlyMap<string, readonly Workload[]>>;

const indexes = new WeakMap<readonly Workload[], Index>();

function indexOf(workloads: readonly Workload[]): Index {
  const known = indexes.get(workloads);
  if (known) return known;
  const index = new Map<string, Map<string, Workload[]>>();
  for (const workload of workloads) {
    const byLabel = index.get(workload.namespace) ?? new Map<string, Workload[]>();
    index.set(workload.namespace, byLabel);
    for (const label of Object.entries(workload.labels)) {
      const key = label.join("=");
      const own = byLabel.get(key);
      if (own) own.push(workload);
      else byLabel.set(key, [workload]);
    }
  }
  indexes.set(workloads, index);
  return index;
}

/** Returns the workloads of a namespace whose pods have all of a selector's labels. */
export function workloadsSelected(
  workloads: readonly Workload[],
  selector: Readonly<Record<string, string>>,
  namespace?: string,
): Workload[] {
  const labels = Object.entries(selector);
  if (namespace === undefined || labels.length === 0) {
    return workloads.filter(
      (workload) =>
        (namespace === undefined || workload.namespace === namespace) && selects(selector, workload.labels),
    );
  }
  const byLabel = indexOf(workloads).get(namespace);
  let fewest: readonly Workload[] | undefined;
  for (const label of labels) {
    const own = byLabel?.get(label.join("=")) ?? [];
    if (fewest === undefined || own.length < fewest.length) fewest = own;
  }
  return (fewest ?? []).filter((workload) => selects(selector, workload.labels));
}
