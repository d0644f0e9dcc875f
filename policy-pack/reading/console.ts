import { isOn } from "./boolean";
import type { Field } from "./field";
import { chartOf } from "./release";
import type { KubernetesResource } from "./resource";

/** A program with a web interface that shows the mesh, and where its part of a release's values stands. */
export interface Console {
  readonly name: "Kiali" | "Grafana" | "Prometheus" | "Alertmanager" | "Jaeger";
  readonly values: Field;
}

/** The consoles that charts install, by the charts' published names; a chart of charts keeps each under its own key. */
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
  // Below the first since Jaeger 2, before that below the others.
  jaeger: [
    ["Jaeger", "jaeger"],
    ["Jaeger", "query"],
    ["Jaeger", "allInOne"],
  ],
};

/** The consoles that a release installs; none if the resource is no release of a chart that is known. */
export function consolesOf(release: KubernetesResource): Console[] {
  const values = release.fields.at("values");
  const chart = chartOf(release) ?? "";
  // The operator's chart makes no Kiali unless it is told to.
  if (chart === "kiali-operator" && !isOn(values.at("cr", "create").value)) return [];
  const consoles = Object.hasOwn(CHARTS, chart) ? (CHARTS[chart] ?? []) : [];
  return consoles.map(([name, ...path]) => ({ name, values: values.at(...path) }));
}
