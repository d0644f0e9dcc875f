import { isOn } from "./boolean";
import type { Field } from "./field";
import { chartOf } from "./release";
import type { KubernetesResource } from "./resource";
import { asText } from "./value";
import { containersOf } from "./workload";

/** A program with a web interface that shows the mesh, and its part of a release's values. */
export interface Console {
  readonly name: "Kiali" | "Grafana" | "Prometheus" | "Alertmanager" | "Jaeger";
  readonly values: Field;
}

/** The consoles that charts install, keyed by the charts' published names. A parent chart has a key for each. */
const CHARTS: Readonly<Record<string, readonly (readonly [Console["name"], ...path: string[]])[]>> = {
  "kiali-server": [["Kiali"]],
  "kiali-operator": [["Kiali", "cr", "spec"]],
  grafana: [["Grafana"]],
  "kube-prometheus-stack": [
    ["Prometheus", "prometheus"],
    ["Alertmanager", "alertmanager"],
    ["Grafana", "grafana"],
  ],
  prometheus: [
    ["Prometheus", "server"],
    ["Alertmanager", "alertmanager"],
  ],
  alertmanager: [["Alertmanager"]],
  // Jaeger 2 uses the first key, older versions the others.
  jaeger: [
    ["Jaeger", "jaeger"],
    ["Jaeger", "query"],
    ["Jaeger", "allInOne"],
  ],
};

/** The consoles that a release installs. None if the resource is not a release of a known chart. */
export function consolesOf(release: KubernetesResource): Console[] {
  const values = release.fields.at("values");
  const chart = chartOf(release) ?? "";
  // By default the operator's chart installs no Kiali.
  if (chart === "kiali-operator" && !isOn(values.at("cr", "create").value)) return [];
  const consoles = Object.hasOwn(CHARTS, chart) ? (CHARTS[chart] ?? []) : [];
  return consoles.map(([name, ...path]) => ({ name, values: values.at(...path) }));
}

/**
 * Whether a pod runs Prometheus, by its image: `prometheus/prometheus` of any registry. A chart or an operator creates such
 * pods on a cluster.
 */
export function isPrometheusPod(pod: Field): boolean {
  return containersOf(pod).some((container) =>
    /(^|\/)prometheus\/prometheus([:@]|$)/.test(asText(container.at("image").peek)),
  );
}
