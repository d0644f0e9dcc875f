import type { Field } from "./field";
import { isHelmRelease, type KubernetesResource } from "./resource";

/** The published names of Istio's charts, keyed by the names of their folders if these differ. */
const FOLDERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "istio-discovery": "istiod",
    "istio-ingress": "gateway",
    "istio-egress": "gateway",
    "istio-cni": "cni",
  }),
);

/** The charts that Istio publishes. Their versions are the version of Istio that they install. */
export const ISTIO_CHARTS = ["base", "istiod", "gateway", "cni", "ztunnel", "ambient"];

/**
 * The name of a release's chart, from a name, URL, archive, path, or OCI reference with a tag or a digest. Undefined if the
 * resource is not a release. Istio's charts have their published names.
 */
export function chartOf({ type, fields }: KubernetesResource): string | undefined {
  const chart = fields.at("chart").peek;
  if (!isHelmRelease(type) || typeof chart !== "string") return undefined;
  return publishedName(chartReference(chart).name);
}

/** The name under which Istio publishes a chart. Other charts keep their name. */
export function publishedName(chart: string): string {
  return FOLDERS.get(chart) ?? chart;
}

/**
 * The repository or registry of a release's chart: a URL, or a reference of a registry without the chart's name. Undefined
 * for charts of a folder, and of a repository that the command line of Helm has registered.
 */
export function repositoryOf({ fields }: KubernetesResource): Field | undefined {
  const [repository, chart] = [fields.at("repositoryOpts", "repo"), fields.at("chart")];
  if (typeof repository.peek === "string" && repository.peek !== "") return repository;
  return typeof chart.peek === "string" && /^[a-z]+:\/\//.test(chart.peek) ? chart : undefined;
}

/**
 * The name of a chart in a reference, and its version if the reference has a tag (`oci://…/istiod:<version>@sha256:…`) or
 * is an archive (`./istiod-<version>.tgz`).
 * https://helm.sh/docs/topics/registries/#using-an-oci-based-registry
 */
export function chartReference(chart: string): { name: string; version?: string } {
  const path = chart.replace(/[?#].*$/, "").split("/");
  const last = path.findLast((part) => part !== "") ?? "";
  const [file = "", tag] = last.replace(/@.*$/, "").split(":");
  const base = file.replace(/\.(?:tgz|tar\.gz)$/, "");
  const [, name = base, archived] = /^(.*?)-v?(\d.*)$/.exec(base) ?? [];
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

/** The key of the defaults in Istio's charts. A release can set them too; values with the same name override them. */
const DEFAULTS = "_internal_defaults_do_not_set";

/** The key below which a chart also reads all of its values. Each of them overrides the value at the top level. */
const LEGACY: ReadonlyMap<string, string> = new Map(Object.entries({ istiod: "pilot", cni: "cni" }));

/** The effective field of one value of Istio's charts. The path leads to a single value, not to a block. */
export function chartValue(release: KubernetesResource, ...path: string[]): Field {
  const legacy = LEGACY.get(chartOf(release) ?? "");
  const below = legacy === undefined ? [] : [[legacy], [DEFAULTS, legacy]];
  return firstSet(release, [...below, [], [DEFAULTS]], path);
}

/** The effective field of one value of istiod's chart, regardless of the release's chart. */
export function istiodValue(release: KubernetesResource, ...path: string[]): Field {
  return firstSet(release, [["pilot"], [DEFAULTS, "pilot"], [], [DEFAULTS]], path);
}

function firstSet({ fields }: KubernetesResource, places: readonly string[][], path: string[]): Field {
  const values = fields.at("values");
  return places.map((place) => values.at(...place, ...path)).find(({ isSet }) => isSet) ?? values.at(...path);
}
