import { monitoringNamespace } from "../catalog";
import type { CheckedMesh } from "../checks";
import { type Manifest, mergePatch } from "../mesh";
import { collectorService, usesCollector } from "../observability";
import { facts } from "../policy-pack/facts";
import { collectorValues } from "./addOns/collector";
import type { Context } from "./addOns/context";
import { grafanaValues } from "./addOns/grafana";
import { jaegerValues } from "./addOns/jaeger";
import { kialiValues } from "./addOns/kiali";
import { kubePrometheusStack } from "./addOns/kubePrometheusStack";
import { plainPrometheus } from "./addOns/plainPrometheus";
import type { ReleaseSpec } from "./releaseSpec";
import type { ObservabilityArgs } from "./observabilityArgs";

/** The add-ons' charts: their repositories, exact versions, and the sources of both. */
export const addOnCharts = facts.addOns;

/** The Helm releases of the add-ons. */
export interface AddOnReleases {
  readonly prometheus: ReleaseSpec;
  readonly grafana: ReleaseSpec;
  readonly jaeger: ReleaseSpec;
  readonly kiali: ReleaseSpec;
  /** Undefined unless the catalog sends its spans to the collector. */
  readonly collector?: ReleaseSpec;
}

/**
 * The Helm releases that the component `Observability` installs, as plain data.
 *
 * @param rules PrometheusRule objects, which only the operator reads from the cluster.
 */
export function addOnReleases(
  mesh: CheckedMesh,
  args: ObservabilityArgs,
  rules: readonly Manifest[],
): AddOnReleases {
  const context: Context = { namespace: monitoringNamespace, ...args, mesh };
  const release = (
    chart: keyof typeof addOnCharts,
    name: string,
    values: object,
    own: object = {},
  ): ReleaseSpec => ({
    name,
    chart,
    version: addOnCharts[chart].version,
    repository: args.chartRepository ?? addOnCharts[chart].repository,
    namespace: context.namespace,
    values: mergePatch(values, own) as Record<string, unknown>,
  });
  const { prometheus = {}, grafana, jaeger, kiali, collector } = args;
  return {
    prometheus:
      (prometheus.operator ?? true)
        ? release("kube-prometheus-stack", "prometheus", kubePrometheusStack(context), prometheus.values)
        : release("prometheus", "prometheus", plainPrometheus(context, rules), prometheus.plainValues),
    grafana: release("grafana", "grafana", grafanaValues(context), grafana?.values),
    jaeger: release("jaeger", "jaeger", jaegerValues(context), jaeger?.values),
    kiali: release("kiali-server", "kiali", kialiValues(context), kiali?.values),
    ...(usesCollector(mesh, context.namespace) && {
      collector: release(
        "opentelemetry-collector",
        collectorService,
        collectorValues(context),
        collector?.values,
      ),
    }),
  };
}
