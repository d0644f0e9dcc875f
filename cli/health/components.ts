import type { V1Container, V1Service } from "@kubernetes/client-node";
import { compare } from "../../catalog";
import { selects } from "../../effect/object";
import { hasGatewayTemplate } from "../../effect";
import { addOnOf, belongsToAddOns } from "../addOns";
import type { Problem } from "../problem";
import { repositoryOf, tagOf } from "./image";
import { injectionOf, proxyVersion } from "./proxies";
import type { Snapshot, Workload } from "./snapshot";

/** An object that runs pods, with its role in the mesh. */
export interface Component {
  readonly role: "control plane" | "gateway" | "add-on" | "service";
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: number;
  readonly desired: number;
  /** Version of its image. */
  readonly version: string;
  /** The Services that select its pods, as `name:port,port`. */
  readonly services: readonly string[];
}

/** The components of a mesh: first the control plane, then gateways, add-ons and services. */
export function componentsOf(snapshot: Snapshot): Component[] {
  return snapshot.workloads
    .flatMap((workload) => component(snapshot, workload))
    .sort((a, b) => compare(order(a), order(b)));
}

/** What is wrong with components: there is no control plane, pods are not ready, or no Service selects an add-on. */
export function componentProblems(components: readonly Component[]): Problem[] {
  return [
    ...controlPlaneMissing(components),
    ...components.flatMap(notReady),
    ...components.flatMap(unreachable),
  ];
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
        .filter((service) => service.metadata?.namespace === namespace && selectsPods(service, template))
        .map(({ metadata, spec: { ports = [] } = {} }) =>
          [metadata?.name, ports.map(({ port }) => port).join(",")].join(":"),
        ),
    },
  ];
}

/** The main container. An add-on's is the one with its image, whatever its position in the pod. */
function mainContainer({ spec }: Workload): V1Container | undefined {
  const template = spec?.template;
  const own = template?.spec?.containers.filter(({ image }) => image !== "auto") ?? [];
  const addOn = addOnOf(template?.metadata?.labels);
  return own.find(({ image = "" }) => addOn !== undefined && repositoryOf(image) === addOn) ?? own[0];
}

/** Ready and desired pods. A DaemonSet has fields of its own for them. */
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
  if (hasGatewayTemplate(annotations)) return "gateway";
  if (belongsToAddOns(labels)) return "add-on";
  const { injected, asked } = injectionOf(snapshot, metadata?.namespace, {
    metadata: { labels, annotations },
    ...(spec?.template.spec && { spec: spec.template.spec }),
  });
  // Without a control plane nothing is injected, but a workload that asks for injection is still a service.
  return injected || asked ? "service" : undefined;
}

function selectsPods({ spec }: V1Service, labels: Readonly<Record<string, string>>): boolean {
  const selector = spec?.selector ?? {};
  return Object.keys(selector).length > 0 && selects(selector, labels);
}

/** A gateway's image is chosen when its pods are injected. */
function gatewayVersion({ pods }: Snapshot, { metadata, spec }: Workload): string {
  const selector = spec?.selector.matchLabels ?? {};
  const pod = pods.find(
    (one) => one.metadata?.namespace === metadata?.namespace && selects(selector, one.metadata?.labels ?? {}),
  );
  return (pod && proxyVersion(pod)?.toString()) ?? "-";
}

function controlPlaneMissing(components: readonly Component[]): Problem[] {
  if (components.some(({ role }) => role === "control plane")) return [];
  return [
    {
      severity: "error",
      culprit: "Istio",
      problem: "No istiod runs in the cluster, so proxies get neither configuration nor certificates.",
      fix: "Install it: pulumi up; on the sandbox: meshwright up",
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
      fix: `See its events: kubectl describe ${kind.toLowerCase()} -n ${namespace} ${name}`,
    },
  ];
}

function unreachable({ role, kind, namespace, name, services }: Component): Problem[] {
  if (role !== "add-on" || services.length > 0) return [];
  return [
    {
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem: "No Service selects its pods.",
      fix: `Compare its labels with the Services' selectors: kubectl get services -n ${namespace} -o wide`,
    },
  ];
}
