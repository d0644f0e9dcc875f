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
 * The name of a release's chart, be it given by name, URL, archive, path, or OCI reference with a tag or a digest;
 * undefined if the resource is no release. Istio's charts go by their published names.
 */
export function chartOf({ type, fields }: KubernetesResource): string | undefined {
  const chart = fields.at("chart").peek;
  if (!isHelmRelease(type) || typeof chart !== "string") return undefined;
  const { name } = chartReference(chart);
  return FOLDERS[name] ?? name;
}

/**
 * What a reference to a chart says of it: its name, and its version if it has a tag (`oci://…/istiod:<version>@sha256:…`) or
 * names an archive (`./istiod-<version>.tgz`).
 * https://helm.sh/docs/topics/registries/#using-an-oci-based-registry
 */
export function chartReference(chart: string): { name: string; version?: string } {
  const path = chart.replace(/[?#].*$/, "").replace(/\/+$/, "");
  const [file = "", tag] = (path.split("/").at(-1) ?? "").replace(/@.*$/, "").split(":");
  const [, name = "", archived] = /^(.*?)(?:-v?(\d.*?))?(?:\.tgz|\.tar\.gz)?$/.exec(file) ?? [];
  const version = tag ?? archived;
  return version === undefined ? { name } : { name, version };
}

/** Whether the resource is a release of Istio's control plane. */
export function isIstiod(resource: KubernetesResource): boolean {
  return chartOf(resource) === "istiod";
}

/** Whether the resource is a release of one of Istio's gateways. */
export function isGatewayRelease(resource: KubernetesResource): boolean {
  return chartOf(resource) === "gateway";
}

/** Where Istio's charts keep their defaults: a release can set them, too, and values of the same name win over them. */
const DEFAULTS = "_internal_defaults_do_not_set";

/** The key below which a chart also takes all of its values, which then win over the top level, value by value. */
const LEGACY: Readonly<Record<string, string>> = { istiod: "pilot", cni: "cni" };

/** The place that decides one of the values of Istio's charts; the path leads to a single value, not to a block. */
export function chartValue(release: KubernetesResource, ...path: string[]): Field {
  const legacy = LEGACY[chartOf(release) ?? ""];
  const below = legacy === undefined ? [] : [[legacy], [DEFAULTS, legacy]];
  return firstSet(release, [...below, [], [DEFAULTS]], path);
}

/** The same of istiod's chart, whatever the release says that it is. */
export function istiodValue(release: KubernetesResource, ...path: string[]): Field {
  return firstSet(release, [["pilot"], [DEFAULTS, "pilot"], [], [DEFAULTS]], path);
}

function firstSet({ fields }: KubernetesResource, places: readonly string[][], path: string[]): Field {
  const values = fields.at("values");
  return places.map((place) => values.at(...place, ...path)).find(({ isSet }) => isSet) ?? values.at(...path);
}
