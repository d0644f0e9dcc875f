import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { addOnCharts, observabilityPlan, type ReleaseSpec } from "../../components";
import type { ValueTree } from "../../components/generateChartValues";
import { planOf } from "../../program/plan";
import { platformList, platformNames } from "../../platforms";
import { readSettings } from "../../program/settings";
import { everything } from "./observabilityArgs";
import { typedPaths } from "./typedPaths";

const folder = join(__dirname, "..", "..", "components");
const source = join(folder, "observabilityValues", "index.ts");
const charts = JSON.parse(readFileSync(join(folder, "chartValues.gen.json"), "utf8")) as Record<
  string,
  { version: string; values: ValueTree }
>;

/**
 * Values that the charts' `values.yaml` mentions in comments or templates only, or, of Kiali, hands on to Kiali's own
 * configuration: https://kiali.io/docs/configuration/kialis.kiali.io/
 */
const unlisted: Record<string, string[]> = {
  // grafana.ini takes every setting of Grafana itself.
  grafana: [
    "grafana.ini",
    "fullnameOverride",
    "podLabels",
    "podAnnotations",
    "persistence.storageClassName",
    "downloadDashboards.securityContext",
  ],
  // What the chart hands on as it is: a security context of Kubernetes.
  jaeger: ["jaeger.resources", "jaeger.podLabels", "jaeger.podSecurityContext", "jaeger.strategy"],
  "kiali-server": [
    "external_services.prometheus.url",
    "external_services.grafana",
    "external_services.tracing",
    "server.web_fqdn",
    "server.web_schema",
    "server.web_port",
  ],
  "kube-prometheus-stack": [],
  "opentelemetry-collector": ["podDisruptionBudget.minAvailable"],
  prometheus: [
    "alertmanager",
    "kube-state-metrics",
    "prometheus-node-exporter",
    "prometheus-pushgateway",
    "server.persistentVolume.storageClass",
  ],
};

/** Whether the chart has a value of that name. */
function has(chart: string, path: readonly string[]): boolean {
  const known = unlisted[chart] ?? [];
  if (path.some((_, i) => known.includes(path.slice(0, i + 1).join(".")))) return true;
  let tree: ValueTree | undefined = charts[chart]?.values;
  for (const name of path) {
    // What is empty by default takes any name.
    if (tree === "object" || tree === "array" || tree === "null") return true;
    if (typeof tree === "string" || tree === undefined) return false;
    tree = tree[name];
  }
  return tree !== undefined;
}

/** The paths of everything that is set. */
function setPaths(values: unknown, path: string[] = []): string[][] {
  if (values === null || typeof values !== "object" || Array.isArray(values)) return [path];
  return Object.entries(values).flatMap(([name, inner]) => setPaths(inner, [...path, name]));
}

describe("components/observabilityValues", () => {
  for (const [name, chart] of [
    ["KubePrometheusStackValues", "kube-prometheus-stack"],
    ["PlainPrometheusValues", "prometheus"],
    ["GrafanaValues", "grafana"],
    ["JaegerValues", "jaeger"],
    ["KialiValues", "kiali-server"],
    ["OpenTelemetryCollectorValues", "opentelemetry-collector"],
  ] as const) {
    it(`${name} names only values that the chart ${chart} has, of the version that is installed`, () => {
      expect(charts[chart]?.version).to.equal(addOnCharts[chart].version);
      const paths = typedPaths(source, name);
      expect(paths.filter((path) => !has(chart, path)).map((path) => path.join("."))).to.deep.equal([]);
      expect(paths.length).to.be.greaterThan(5);
    });
  }

  it("are all that is ever set, on every platform and with everything asked for", () => {
    const { mesh, args } = everything();
    const plans = [
      observabilityPlan("all", mesh, args),
      observabilityPlan("plain", mesh, { ...args, prometheus: { ...args.prometheus, operator: false } }),
      ...platformNames.flatMap((platform) =>
        ["dev", "prod"].flatMap(
          (environment) =>
            planOf(
              readSettings(platformList, {
                get: (key) => (({ platform, environment }) as Record<string, string>)[key],
              }),
            ).observability?.plan ?? [],
        ),
      ),
    ];
    expect(plans).to.have.length(2 + 2 * platformNames.length);
    const wrong = plans.flatMap(({ releases }) =>
      Object.values(releases).flatMap(({ chart, values }: ReleaseSpec) =>
        setPaths(values)
          .filter((path) => !has(chart, path))
          .map((path) => `${chart}: ${path.join(".")}`),
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("would be told of, if a chart had no such value", () => {
    expect(has("grafana", ["admin", "existingSecret"])).to.equal(true);
    expect(has("grafana", ["admin", "existingSecrets"])).to.equal(false);
    expect(has("kiali-server", ["auth", "token", "signing_key"])).to.equal(false);
    expect(has("jaeger", ["query", "replicas"])).to.equal(false);
  });
});
