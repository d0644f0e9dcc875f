import type { Field } from "./field";
import { chartOf, chartReference, ISTIO_CHARTS, chartValue } from "./release";
import { isHelmRelease, type KubernetesResource } from "./resource";
import { podOf, proxyImageOf } from "./workload";
import { asText } from "./value";

/** An exact version of Istio, and its field. */
export interface IstioVersionField {
  readonly field: Field;
  /** The version without `v` and without a suffix such as `-distroless`. */
  readonly version: string;
}

/**
 * The exact versions of Istio that a resource installs. A release of Istio's charts installs them with its chart and
 * images, a workload with the sidecar image that its pods request. Versions that are not exact are ignored.
 */
export function istioVersionsOf(resource: KubernetesResource): IstioVersionField[] {
  if (!isHelmRelease(resource.type)) {
    return proxyImageOf(podOf(resource)).flatMap((field) => exact(field, field.value));
  }
  if (!ISTIO_CHARTS.includes(chartOf(resource) ?? "")) return [];
  const chart = resource.fields.at("chart");
  const values = [
    resource.fields.at("version"),
    chartValue(resource, "global", "tag"),
    chartValue(resource, "tag"),
    chartValue(resource, "global", "proxy", "image"),
  ];
  return [
    ...exact(chart, chartReference(asText(chart.peek)).version),
    ...values.flatMap((field) => exact(field, field.value)),
  ];
}

/** Reads a version, or the tag of an image. */
function exact(field: Field, text: unknown): IstioVersionField[] {
  if (typeof text !== "string") return [];
  const version = /(?:^|:)v?(\d+\.\d+\.\d+)[^/]*$/.exec(text)?.[1];
  return version === undefined ? [] : [{ field, version }];
}
