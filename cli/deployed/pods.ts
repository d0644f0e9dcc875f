import type { V1Pod } from "@kubernetes/client-node";
import type { Service } from "../../catalog";
import type { CheckedMesh } from "../../checks";
import { hasGatewayTemplate } from "../../effect";
import { selects } from "../../effect/object";
import { labelsText } from "../../program/cluster/selectors";
import { belongsToAddOns } from "../addOns";
import type { Problem } from "../problem";
import { because } from "./affected";

/** Services without pods, pods under another service account, and pods that no service selects. */
export function podProblems(mesh: CheckedMesh, all: readonly V1Pod[]): Problem[] {
  const pods = all.filter(runs);
  return [
    ...mesh.services.flatMap((service) => [
      ...withoutPods(service, pods),
      ...underOtherAccount(service, pods),
    ]),
    ...unselected(mesh, pods),
  ];
}

function runs({ status, metadata }: V1Pod): boolean {
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !ended && metadata?.deletionTimestamp === undefined;
}

function selected({ namespace, selector }: Service, pods: readonly V1Pod[]): V1Pod[] {
  return pods.filter(
    ({ metadata }) => metadata?.namespace === namespace && selects(selector, metadata.labels ?? {}),
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
      problem: `No pod of ${namespace} has its labels ${labelsText(selector)}${because(incoming, "so these fail")}.`,
      fix: `Compare them with the pods' labels (kubectl get pods -n ${namespace} --show-labels), and set services.${name}.selector`,
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
    problem: `Pods of "${name}" run under the service account "${account}", but the catalog declares "${serviceAccount.name}"${because(outgoing, "so these are denied")}.`,
    fix: `Set services.${name}.serviceAccount.name to "${account}", or run the pods under "${serviceAccount.name}"`,
  }));
}

function unselected({ services, gateways }: CheckedMesh, pods: readonly V1Pod[]): Problem[] {
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  const claimed = new Set(services.flatMap((service) => selected(service, pods)));
  const others = pods.filter((pod) => {
    const { namespace = "", labels = {}, annotations = {} } = pod.metadata ?? {};
    const gateway =
      hasGatewayTemplate(annotations) ||
      gateways.some(({ pods: one }) => one.namespace === namespace && selects(one.selector, labels));
    return namespaces.has(namespace) && !claimed.has(pod) && !gateway && !belongsToAddOns(labels);
  });
  const groups = Map.groupBy(others, ({ metadata }) => {
    const labels = Object.entries(metadata?.labels ?? {}).filter(([label]) => label !== "pod-template-hash");
    return `${metadata?.namespace ?? ""} ${labelsText(Object.fromEntries(labels))}`;
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
        ? `Set services.${meant.name}.selector to labels of ${group.length > 1 ? "these pods" : "this pod"}: ${labelsText(group[0]?.metadata?.labels ?? {})}`
        : "Add a service with a selector of its labels to the catalog, or run it in another namespace",
    };
  });
}
