import type { Environment, MeshDefinition } from "../catalog";
import type { ObservabilityArgs } from "../components/plain";
import { mergePatch } from "../mesh";
import type { PlatformObservability } from "./platform";
import type { Settings } from "./settings";

/**
 * The observability components of a stack. In `prod` and `staging` Prometheus, Grafana and Kiali have two replicas, and
 * samples and spans outlive their pods. Elsewhere there is one of each, without volumes. The platform's values are
 * merged over that.
 */
export function observabilityArgs(
  {
    environment,
    istioVersion,
    chartRepository,
    imageRegistry,
    runbookUrl,
    alertmanagers,
    timeoutSeconds,
  }: Settings,
  catalog: MeshDefinition,
  platform: PlatformObservability = {},
): ObservabilityArgs {
  const settled = {
    ...(chartRepository !== undefined && { chartRepository }),
    ...(imageRegistry !== undefined && { imageRegistry }),
    ...(runbookUrl !== undefined && { runbookUrl }),
    ...(alertmanagers !== undefined && { prometheus: { alertmanagers } }),
    timeoutSeconds,
    // With a chart mirror, Istio's repository may be unreachable, and then Grafana would not start.
    ...(chartRepository === undefined && { istioDashboards: istioVersion }),
  };
  const args = mergePatch(
    mergePatch(byDefault(environment, platform), settled),
    platform,
  ) as PlatformObservability;
  return { ...args, catalog: catalog };
}

function byDefault(environment: Environment, { jaeger }: PlatformObservability): PlatformObservability {
  if (environment === "dev") return {};
  return {
    prometheus: {
      replicas: 2,
      storage: "50Gi",
      resources: { requests: { cpu: "500m", memory: "2Gi" } },
    },
    grafana: { replicas: 2, resources: { requests: { cpu: "200m", memory: "256Mi" } } },
    jaeger: {
      ...(jaeger?.elasticsearchHost === undefined && { storage: "50Gi" }),
      resources: { requests: { cpu: "200m", memory: "512Mi" } },
    },
    kiali: { replicas: 2 },
  };
}
