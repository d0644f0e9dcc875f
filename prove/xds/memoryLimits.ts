import { parseQuantity, valueAt } from "../../catalog";
import type { Workload } from "../../effect";
import type { Subject } from "../subject";

/** The releases, of which only the values are read. */
type Releases = readonly Pick<Subject["releases"][number], "chart" | "name" | "namespace" | "values">[];

/**
 * Returns the memory limit of the container that runs a workload's proxy, in bytes. It is the annotation of its pods,
 * or the value of its gateway's release, or istiod's value for all sidecars. Undefined if none of them is set: then the
 * charts' default applies, or no limit to pods with other annotations of resources.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/#SidecarProxyMemoryLimit
 */
export function proxyLimit(
  { proxy, name, namespace, annotations = {} }: Workload,
  releases: Releases,
): number | undefined {
  if (proxy === "gateway") {
    const own = releases.find((one) => one.name === name && one.namespace === namespace);
    return limitIn(own?.values);
  }
  // istiod's injection ignores its own value as soon as a pod has one of these annotations.
  if (ownResources.every((name) => annotations[name] === undefined)) {
    return limitIn(valueAt(istiodValues(releases), ["global", "proxy"]));
  }
  const annotation = annotations["sidecar.istio.io/proxyMemoryLimit"];
  return annotation === undefined ? undefined : parseQuantity(annotation);
}

const ownResources = ["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"].map(
  (name) => `sidecar.istio.io/${name}`,
);

/** Returns the memory limit of istiod's container in bytes. Undefined if its release sets none. */
export function istiodLimit(releases: Releases): number | undefined {
  return limitIn(istiodValues(releases));
}

function istiodValues(releases: Releases): Record<string, unknown> {
  return releases.find(({ chart }) => chart === "istiod")?.values ?? {};
}

/** `resources.limits.memory` of a chart's values. */
function limitIn(values: unknown): number | undefined {
  const memory = valueAt(values, ["resources", "limits", "memory"]);
  return typeof memory === "string" || typeof memory === "number" ? parseQuantity(String(memory)) : undefined;
}
