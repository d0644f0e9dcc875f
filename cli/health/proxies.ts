import type { V1Pod } from "@kubernetes/client-node";
import { coerce, diff, lt, type SemVer } from "semver";
import { type Injection, injection } from "../../mesh/injection";
import { isReady } from "../addOns";
import type { Problem } from "../problem";
import { tagOf } from "./image";
import type { Snapshot } from "./snapshot";

/** What is wrong with the proxies: pods without one, and proxies whose version their istiod does not support. */
export function proxyProblems(snapshot: Snapshot): Problem[] {
  return [...withoutProxy(snapshot), ...proxiesBehind(snapshot)];
}

/** Whether a pod that starts now, or a pod of a template, is injected. */
export function injectionOf(
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

/** The proxy is a container, or an init container that keeps running (native sidecar). */
function proxyOf({ spec }: V1Pod) {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === "istio-proxy",
  );
}

/** The version of a pod's proxy, if it has one. */
export function proxyVersion(pod: V1Pod): SemVer | undefined {
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
          fix: `Set the label istio.io/rev to one that istiod or a tag has (istioctl tag list), then restart the pod: kubectl delete pod -n ${namespace} ${name}`,
        },
      ];
    }
    if (!injected || !asked) return [];
    return [
      {
        severity: "error",
        culprit: `Pod ${namespace}/${name}`,
        problem: `It has no proxy, although ${reason}: it started before the label was set, or while istiod was down.`,
        fix: `Restart it: kubectl delete pod -n ${namespace} ${name}`,
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
          problem: `No istiod has their revision ${revision}; there are istiods of ${[...controlPlanes.keys()].join(", ")}.`,
          fix: `Set the namespace's label istio.io/rev to one of these, then restart its pods: ${restart}`,
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
        problem: `Their version is ${text}, but istiod's is ${own.toString()}${near ? "" : ", a difference that Istio does not support"}.`,
        fix: `Restart them: ${restart}`,
      },
    ];
  });
}
