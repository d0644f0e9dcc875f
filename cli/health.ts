import type {
  V1Container,
  V1DaemonSet,
  V1Deployment,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1Pod,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { coerce, diff, lt, type SemVer } from "semver";
import { type Injection, injection, type InjectionWebhook } from "../mesh/injection";
import { addonOf, belongsToAddons, isReady } from "./addOns";
import type { CustomObject } from "./apiClient";
import type { Problem } from "./problem";
import { sharedHosts } from "./sharedHosts";

/** What a cluster says of itself, as {@link judge} needs it. */
export interface Snapshot {
  readonly workloads: readonly Workload[];
  readonly pods: readonly V1Pod[];
  readonly services: readonly V1Service[];
  readonly namespaces: readonly V1Namespace[];
  /** By which the control planes are asked to inject pods. */
  readonly injectors: readonly InjectionWebhook[];
  /** Of the kinds of Istio and of the Prometheus operator. */
  readonly objects: readonly JudgedObject[];
}

export type Workload = (V1Deployment | V1StatefulSet | V1DaemonSet) & { readonly kind: string };

/** An object with its kind, and what controllers say of it. */
export interface JudgedObject extends CustomObject {
  readonly kind: string;
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    /** https://istio.io/latest/docs/reference/config/analysis/ */
    readonly validationMessages?: readonly {
      readonly level?: string;
      readonly type?: { readonly code?: string; readonly name?: string };
    }[];
  };
}

export interface Health {
  /** No problem is an error. */
  readonly healthy: boolean;
  readonly components: readonly Component[];
  /** Proxies by version. */
  readonly proxies: Readonly<Record<string, number>>;
  /** Objects by kind. */
  readonly objects: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

/** Something that runs pods. */
export interface Component {
  readonly role: "control plane" | "gateway" | "add-on" | "service";
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: number;
  readonly desired: number;
  /** Of its image. */
  readonly version: string;
  /** The Services that lead to it, as `name:port,port`. */
  readonly services: readonly string[];
}

/** Says what of a mesh is well and what isn't. */
export function judge(snapshot: Snapshot): Health {
  const components = snapshot.workloads
    .flatMap((workload) => component(snapshot, workload))
    .sort((a, b) => order(a).localeCompare(order(b)));
  const problems = [
    ...controlPlaneMissing(components),
    ...components.flatMap(notReady),
    ...components.flatMap(unreachable),
    ...withoutProxy(snapshot),
    ...proxiesBehind(snapshot),
    ...snapshot.objects.flatMap(complaints),
    ...withoutPods(snapshot),
    ...sharedHosts(snapshot.objects),
  ];
  return {
    healthy: problems.every(({ severity }) => severity !== "error"),
    components,
    proxies: count(snapshot.pods.flatMap((pod) => proxyVersion(pod)?.toString() ?? [])),
    objects: count(snapshot.objects.map(({ kind }) => kind)),
    problems,
  };
}

const roles: readonly Component["role"][] = ["control plane", "gateway", "add-on", "service"];

function order({ role, namespace, name }: Component): string {
  return `${roles.indexOf(role)} ${namespace}/${name}`;
}

function component(snapshot: Snapshot, workload: Workload): Component[] {
  const { kind, metadata: { name = "", namespace = "" } = {}, spec } = workload;
  const role = roleOf(snapshot, workload);
  if (role === undefined || spec === undefined) return [];
  const template = spec.template.metadata?.labels ?? {};
  const main = mainContainer(workload);
  return [
    {
      role,
      kind,
      namespace,
      name,
      ...counts(workload),
      version: role === "gateway" ? gatewayVersion(snapshot, workload) : tagOf(main?.image),
      services: snapshot.services
        .filter((service) => service.metadata?.namespace === namespace && selects(service, template))
        .map(({ metadata, spec: { ports = [] } = {} }) =>
          [metadata?.name, ports.map(({ port }) => port).join(",")].join(":"),
        ),
    },
  ];
}

/** The container that the rest is there for: of a tool the one with its image, wherever the chart puts it. */
function mainContainer({ spec }: Workload): V1Container | undefined {
  const template = spec?.template;
  const own = template?.spec?.containers.filter(({ image }) => image !== "auto") ?? [];
  const addon = addonOf(template?.metadata?.labels);
  return own.find(({ image = "" }) => addon !== undefined && repositoryOf(image) === addon) ?? own[0];
}

/** Last part of an image's name, without its version. */
function repositoryOf(image: string): string | undefined {
  return image.split("@")[0]?.split("/").at(-1)?.split(":")[0];
}

/** A DaemonSet counts its pods in its own words. */
function counts({ spec, status }: Workload): { ready: number; desired: number } {
  if (status !== undefined && "desiredNumberScheduled" in status) {
    return { ready: status.numberReady, desired: status.desiredNumberScheduled };
  }
  return {
    ready: status?.readyReplicas ?? 0,
    desired: spec !== undefined && "replicas" in spec ? (spec.replicas ?? 1) : 1,
  };
}

function roleOf(snapshot: Snapshot, { metadata, spec }: Workload): Component["role"] | undefined {
  const { labels = {}, annotations = {} } = spec?.template.metadata ?? {};
  if (labels.app === "istiod") return "control plane";
  if (annotations["inject.istio.io/templates"]?.split(",").includes("gateway")) return "gateway";
  if (belongsToAddons(labels)) return "add-on";
  const { injected, asked } = injectionOf(snapshot, metadata?.namespace, {
    metadata: { labels, annotations },
    ...(spec?.template.spec && { spec: spec.template.spec }),
  });
  // Without a control plane nothing is injected, and a service is one all the same.
  return injected || asked ? "service" : undefined;
}

function selects({ spec }: V1Service, labels: Readonly<Record<string, string>>): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** The version of an image `host/path:version@digest`, or what it has instead. */
function tagOf(image = ""): string {
  const [name = "", digest] = image.split("@");
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") ? last.slice(last.indexOf(":") + 1) : (digest ?? "latest");
}

/** A gateway's image is chosen when its pods are injected. */
function gatewayVersion({ pods }: Snapshot, { metadata, spec }: Workload): string {
  const selector = Object.entries(spec?.selector.matchLabels ?? {});
  const pod = pods.find(
    (one) =>
      one.metadata?.namespace === metadata?.namespace &&
      selector.every(([key, value]) => one.metadata?.labels?.[key] === value),
  );
  return (pod && proxyVersion(pod)?.toString()) ?? "-";
}

function controlPlaneMissing(components: readonly Component[]): Problem[] {
  if (components.some(({ role }) => role === "control plane")) return [];
  return [
    {
      severity: "error",
      culprit: "Istio",
      problem: "There is no istiod: proxies get no configuration and no certificates.",
      fix: "Install it: pulumi up, or meshwright up for the sandbox",
    },
  ];
}

function notReady({ kind, namespace, name, ready, desired }: Component): Problem[] {
  if (ready >= desired) return [];
  return [
    {
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem: `${ready} of ${desired} pods ${desired === 1 ? "is" : "are"} ready.`,
      fix: `See why: kubectl describe ${kind.toLowerCase()} -n ${namespace} ${name}`,
    },
  ];
}

function unreachable({ role, kind, namespace, name, services }: Component): Problem[] {
  if (role !== "add-on" || services.length > 0) return [];
  return [
    {
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem: "No Service leads to its pods.",
      fix: `Compare its labels with the Services' selectors: kubectl get services -n ${namespace} -o wide`,
    },
  ];
}

/** The webhooks by which control planes and their tags are asked to inject pods. */
export function injectorsOf(configurations: readonly V1MutatingWebhookConfiguration[]): InjectionWebhook[] {
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks
      .filter(({ name }) => name.endsWith("sidecar-injector.istio.io"))
      .map(({ namespaceSelector, objectSelector }) => ({
        revision: metadata?.labels?.["istio.io/rev"] ?? "default",
        ...(namespaceSelector && { namespaceSelector }),
        ...(objectSelector && { objectSelector }),
      })),
  );
}

/** What becomes of a pod, or of the pods of a template, that starts now. */
function injectionOf(
  { namespaces, injectors }: Snapshot,
  namespace = "",
  { metadata: { labels, annotations } = {}, spec }: Pick<V1Pod, "metadata" | "spec">,
): Injection {
  const home = namespaces.find(({ metadata }) => metadata?.name === namespace)?.metadata;
  return injection(
    {
      namespace: { name: namespace, ...(home?.labels && { labels: home.labels }) },
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      hostNetwork: spec?.hostNetwork ?? false,
    },
    injectors,
  );
}

/** The proxy is a container, or an init container that goes on running. */
function proxyOf({ spec }: V1Pod) {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === "istio-proxy",
  );
}

function proxyVersion(pod: V1Pod): SemVer | undefined {
  const proxy = proxyOf(pod);
  return proxy === undefined ? undefined : (coerce(tagOf(proxy.image)) ?? undefined);
}

function withoutProxy(snapshot: Snapshot): Problem[] {
  return snapshot.pods.flatMap((pod): Problem[] => {
    const { name = "", namespace = "" } = pod.metadata ?? {};
    if (proxyOf(pod) !== undefined || !isReady(pod)) return [];
    const { injected, asked, unknown, reason } = injectionOf(snapshot, namespace, pod);
    if (unknown !== undefined) {
      return [
        {
          severity: "error",
          culprit: `Pod ${namespace}/${name}`,
          problem: `It has no proxy: ${reason}.`,
          fix: `Set the label istio.io/rev to one that istiod or a tag has (istioctl tag list), then start the pod again: kubectl delete pod -n ${namespace} ${name}`,
        },
      ];
    }
    if (!injected || !asked) return [];
    return [
      {
        severity: "error",
        culprit: `Pod ${namespace}/${name}`,
        problem: `It has no proxy, though ${reason}: it started before the label was set, or while istiod was down.`,
        fix: `Start it again: kubectl delete pod -n ${namespace} ${name}`,
      },
    ];
  });
}

/**
 * A proxy may be one minor version older than its istiod, and never newer.
 *
 * @see https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew
 */
function proxiesBehind({ workloads, pods }: Snapshot): Problem[] {
  const controlPlanes = new Map(
    workloads
      .filter(({ spec }) => spec?.template.metadata?.labels?.app === "istiod")
      .map(({ metadata, spec }) => {
        const image = spec?.template.spec?.containers[0]?.image;
        return [metadata?.labels?.["istio.io/rev"] ?? "default", coerce(tagOf(image))];
      }),
  );
  if (controlPlanes.size === 0) return [];
  const groups = Map.groupBy(pods, (pod) => {
    const version = proxyVersion(pod);
    if (version === undefined) return "";
    const revision = pod.metadata?.annotations?.["istio.io/rev"] ?? "default";
    return [pod.metadata?.namespace, revision, version.toString()].join(" ");
  });
  groups.delete("");
  return [...groups].flatMap(([key, group]): Problem[] => {
    const [namespace = "", revision = "", text = ""] = key.split(" ");
    const culprit = `${group.length} ${group.length === 1 ? "proxy" : "proxies"} in ${namespace}`;
    const restart = `kubectl rollout restart deployment -n ${namespace}`;
    if (!controlPlanes.has(revision)) {
      return [
        {
          severity: "error",
          culprit,
          problem: `There is no istiod of their revision ${revision} any more, only of ${[...controlPlanes.keys()].join(", ")}.`,
          fix: `Label the namespace with one that runs (istio.io/rev), then start its pods again: ${restart}`,
        },
      ];
    }
    const own = controlPlanes.get(revision) ?? null;
    const version = coerce(text);
    if (own === null || version === null || version.compare(own) === 0) return [];
    const near =
      lt(version, own) &&
      version.major === own.major &&
      own.minor - version.minor <= 1 &&
      diff(version, own) !== null;
    return [
      {
        severity: near ? "warning" : "error",
        culprit,
        problem: `Version ${text}, and istiod is ${own.toString()}${near ? "" : ": further apart than Istio supports"}.`,
        fix: `Start them again: ${restart}`,
      },
    ];
  });
}

/** Conditions whose `False` is bad news. */
const promises = new Set(["Accepted", "Available", "PassedAnalysis", "Programmed", "Ready", "Reconciled"]);

function complaints({ kind, metadata: { name, namespace }, status }: JudgedObject): Problem[] {
  const culprit = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const command = `kubectl get ${kind.toLowerCase()} ${name}${namespace === undefined ? "" : ` -n ${namespace}`} -o yaml`;
  const broken = (status?.conditions ?? [])
    .filter((one) => one.status === "False" && promises.has(one.type))
    .map((one): Problem => ({
      severity: "error",
      culprit,
      problem: `${one.type} is False: ${one.message ?? one.reason ?? "no reason given"}`,
      fix: `Read its status: ${command}`,
    }));
  const messages = (status?.validationMessages ?? [])
    .filter(({ level }) => level === "ERROR" || level === "WARNING")
    .map(({ level, type: { code = "?", name: title = "" } = {} }): Problem => ({
      severity: level === "ERROR" ? "error" : "warning",
      culprit,
      problem: `Istio's analysis says ${[code, title].join(" ").trim()}.`,
      fix: `istioctl analyze${namespace === undefined ? "" : ` -n ${namespace}`}; https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`,
    }));
  return [...broken, ...messages];
}

/** What the Prometheus operator should have made pods of, and didn't: without it nothing says that Prometheus is missing. */
function withoutPods({ objects, workloads }: Snapshot): Problem[] {
  const sets = new Set(
    workloads.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`),
  );
  return objects
    .filter(({ kind, metadata: { name, namespace } }) => {
      const set = `StatefulSet ${namespace ?? ""}/${kind.toLowerCase()}-${name}`;
      return (kind === "Prometheus" || kind === "Alertmanager") && !sets.has(set);
    })
    .map(({ kind, metadata: { name, namespace = "" } }) => ({
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem: "It has no pods: the Prometheus operator has made none, so it doesn't run or may not.",
      fix: `See what the operator says: kubectl logs -n ${namespace} -l app.kubernetes.io/component=prometheus-operator --tail=100`,
    }));
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
