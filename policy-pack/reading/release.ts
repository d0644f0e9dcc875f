import type { Field } from "./field";
import { isHelmRelease, type KubernetesResource } from "./resource";

/** Istio's own charts by the names of their folders, where these differ from the published names. */
const FOLDERS: Readonly<Record<string, string>> = {
  "istio-discovery": "istiod",
  "istio-ingress": "gateway",
  "istio-egress": "gateway",
  "istio-cni": "cni",
};

/** Charts that Istio publishes, each with the version of Istio that it installs. */
export const ISTIO_CHARTS = ["base", "istiod", "gateway", "cni", "ztunnel", "ambient"];

/**
 * The name of a release's chart, be it given by name, URL, archive or path; undefined if the resource is no release.
 * Istio's charts go by their published names.
 */
export function chartOf({ type, fields }: KubernetesResource): string | undefined {
  const chart = fields.at("chart").peek;
  if (!isHelmRelease(type) || typeof chart !== "string") return undefined;
  const name = (chart.replace(/\/+$/, "").split("/").at(-1) ?? "").replace(/(-\d[^/]*)?(\.tgz)?$/, "");
  return FOLDERS[name] ?? name;
}

/** Whether the resource is a release of Istio's control plane. */
export function isIstiod(resource: KubernetesResource): boolean {
  return chartOf(resource) === "istiod";
}

/** Whether the resource is a release of one of Istio's gateways. */
export function isGatewayRelease(resource: KubernetesResource): boolean {
  return chartOf(resource) === "gateway";
}

/** One of istiod's values: what stands below `pilot` wins over the top level, as in its chart. */
export function istiodValue({ fields }: KubernetesResource, ...path: string[]): Field {
  const below = fields.at("values", "pilot", ...path);
  return below.isSet ? below : fields.at("values", ...path);
}
