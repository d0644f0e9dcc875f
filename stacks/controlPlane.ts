import { type IstioControlPlaneArgs, istioChartRepository } from "../components";
import type { IstiodValues } from "../components";
import type { Settings } from "./settings";

/** Istio's root namespace in every stack. */
export const rootNamespace = "istio-system";

/** Spreads the replicas of an app over nodes, if there are enough. */
const apart = (labels: Record<string, string>) => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
      },
    ],
  },
});

/**
 * The control plane of a stack. In `prod` istiod and the gateways have three replicas on different nodes and a
 * disruption budget; in `dev` one of each.
 *
 * @param meshConfig what the catalog asks of the whole mesh.
 */
export function controlPlaneArgs(
  settings: Settings,
  gateways: readonly { readonly name: string; readonly namespace: string; readonly external: boolean }[],
  meshConfig: Record<string, unknown>,
): IstioControlPlaneArgs {
  const { webhooks, revision } = settings;
  const prod = settings.environment === "prod";
  // The charts' autoscaler ignores replicaCount, and without a second replica there is no disruption budget.
  const [fewest, most] = prod ? [3, 5] : [1, 1];
  const validation = webhooks === undefined ? {} : { base: { validationURL: webhooks.validationURL } };
  const istiod: IstiodValues = {
    autoscaleMin: fewest,
    autoscaleMax: most,
    ...(prod ? { affinity: apart({ app: "istiod" }) } : {}),
    meshConfig,
    global: { hub: settings.imageHub, logAsJson: true },
    ...validation,
    ...(webhooks === undefined ? {} : { istiodRemote: { injectionURL: webhooks.injectionURL } }),
  };
  return {
    version: settings.istioVersion,
    repository: settings.chartRepository ?? istioChartRepository,
    namespace: rootNamespace,
    ...(revision === undefined ? {} : { revision }),
    timeoutSeconds: settings.timeoutSeconds,
    base: validation,
    istiod,
    gateways: gateways.map(({ name, namespace, external }) => ({
      name,
      namespace,
      values: {
        autoscaling: { enabled: true, minReplicas: fewest, maxReplicas: most },
        service: { type: external ? "LoadBalancer" : "ClusterIP" },
        ...(prod ? { podDisruptionBudget: { minAvailable: 1 }, affinity: apart({ app: name }) } : {}),
      },
    })),
  };
}
