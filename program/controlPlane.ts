import { egressGateway, type Environment } from "../catalog";
import {
  apart,
  gatewayPorts,
  type GatewayValues,
  type IstioCanaryArgs,
  type IstioControlPlaneArgs,
  istioChartRepository,
  type IstioGatewayArgs,
  type IstiodValues,
} from "../components/plain";
import { mergePatch } from "../mesh";
import type { ClusterSettings } from "./cluster/settings";
import type { Settings } from "./settings";

/**
 * The control plane of a stack. In `prod` and `staging` istiod and the gateways have three replicas on different
 * nodes and a disruption budget; in `dev` there is one of each. The values that the catalog requires are merged over that,
 * then the platform's, then the cluster's.
 *
 * @param ingress releases through which traffic comes in, with their namespaces.
 * @param required values of istiod that the catalog requires.
 * @param carried revision or tag on the catalog's namespaces. Default: none; they carry `istio-injection: enabled`.
 */
export function controlPlaneArgs(
  settings: Settings,
  ingress: readonly (Pick<IstioGatewayArgs, "name" | "namespace"> & { readonly ports?: readonly number[] })[],
  required: IstiodValues,
  carried?: string,
): IstioControlPlaneArgs {
  const { webhooks, canary } = settings;
  const platform = settings.platform.controlPlane?.(settings.environment) ?? {};
  const revision = settings.revision ?? platform.revision;
  const tags = revisionTags(revision, carried);
  const sized = settings.environment !== "dev";
  const { minReplicas, maxReplicas } = replicas(settings.environment);
  const addresses = webhookValues(webhooks);
  const cluster = clusterOf(settings);
  const nodes = nodeValues(cluster);
  const istiod: IstiodValues = {
    // Under autoscaling the chart ignores replicaCount, and without a second replica it creates no PodDisruptionBudget.
    autoscaleMin: minReplicas,
    autoscaleMax: maxReplicas,
    ...(sized ? { affinity: apart({ app: "istiod" }) } : {}),
    // Otherwise a RequestAuthentication could make istiod read cloud metadata or its host's services.
    env: { BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,168.63.129.16/32,169.254.0.0/16,::1/128,fe80::/10" },
    global: { hub: settings.imageHub, logAsJson: true },
    ...addresses,
    ...nodes,
  };
  return {
    version: settings.istioVersion,
    repository: settings.chartRepository ?? istioChartRepository,
    ...(revision === undefined ? {} : { revision }),
    ...(tags.length > 0 && { revisionTags: tags }),
    ...(canary === undefined ? {} : { canary: canaryArgs(canary) }),
    timeoutSeconds: settings.timeoutSeconds,
    // The validation webhook of the whole cluster calls this istiod.
    base: {
      ...(addresses.base && { base: addresses.base }),
      ...(revision === undefined ? {} : { defaultRevision: revision }),
    },
    istiod: mergePatch(mergePatch(istiod, required), {
      ...platform.istiod,
      meshConfig: platform.meshConfig ?? {},
    }) as IstiodValues,
    gateways: [
      ...ingress.map(({ name, namespace = name, ports = [] }) => ({
        ...(namespace !== name && { namespace }),
        ...gateway(
          name,
          "LoadBalancer",
          settings,
          nodes,
          openPorts(ports),
          platform.ingress,
          ingressValues(cluster),
        ),
        ...topology(cluster),
      })),
      gateway(egressGateway.release, "ClusterIP", settings, nodes, platform.egress),
    ],
    ...clusterArgs(cluster),
  };
}

/** A stack's cluster settings: its own, merged over those of its platform. */
export function clusterOf({
  platform,
  environment,
  cluster,
}: Pick<Settings, "platform" | "environment" | "cluster">): ClusterSettings {
  return mergePatch(platform.controlPlane?.(environment).cluster ?? {}, cluster) as ClusterSettings;
}

/** The cluster's settings for all of Istio's charts. */
function clusterArgs({ platform, cni, imagePullSecrets, installBase, values }: ClusterSettings) {
  return {
    ...(platform !== undefined && { platform }),
    ...(cni !== undefined && { cni }),
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
    ...(installBase !== undefined && { installBase }),
    ...(values !== undefined && { values }),
  };
}

/** Values that select the nodes of istiod and the gateways. */
function nodeValues({ nodeSelector, tolerations }: ClusterSettings): GatewayValues & IstiodValues {
  return {
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(tolerations !== undefined && { tolerations }),
  };
}

/** Values that open further ports; without any, the chart's own. */
function openPorts(ports: readonly number[]): GatewayValues {
  const all = gatewayPorts(ports);
  return all.length === gatewayPorts().length ? {} : { service: { ports: all } };
}

function ingressValues({ ingress: { service } = {} }: ClusterSettings): GatewayValues {
  return service === undefined ? {} : { service };
}

function topology({ ingress: { numTrustedProxies, proxyProtocol } = {} }: ClusterSettings) {
  return {
    ...(numTrustedProxies !== undefined && { numTrustedProxies }),
    ...(proxyProtocol !== undefined && { proxyProtocol }),
  };
}

/** Revision tags for the catalog's namespaces, if their label is not the control plane's revision. */
function revisionTags(revision: string | undefined, carried: string | undefined): string[] {
  if (carried === revision) return [];
  return [carried ?? "default"];
}

/** The webhook URLs of an istiod that runs outside of the cluster. */
function webhookValues(webhooks: Settings["webhooks"]): Pick<IstiodValues, "base" | "istiodRemote"> {
  if (webhooks === undefined) return {};
  const { validationURL, injectionURL } = webhooks;
  return { base: { validationURL }, istiodRemote: { injectionURL } };
}

function canaryArgs({ istioVersion, revision, webhooks }: NonNullable<Settings["canary"]>): IstioCanaryArgs {
  return {
    version: istioVersion,
    ...(revision !== undefined && { revision }),
    ...(webhooks !== undefined && { istiod: webhookValues(webhooks) }),
  };
}

function gateway(
  name: string,
  type: string,
  { environment }: Settings,
  ...own: readonly (GatewayValues | undefined)[]
): IstioGatewayArgs {
  const sized = environment !== "dev";
  const defaults: GatewayValues = {
    autoscaling: { enabled: true, ...replicas(environment) },
    service: { type },
    ...(sized ? { podDisruptionBudget: { minAvailable: 1 }, affinity: apart({ app: name }) } : {}),
  };
  return {
    name,
    values: own.reduce((values, one = {}) => mergePatch(values, one) as GatewayValues, defaults),
  };
}

function replicas(environment: Environment): { minReplicas: number; maxReplicas: number } {
  return environment === "dev" ? { minReplicas: 1, maxReplicas: 1 } : { minReplicas: 3, maxReplicas: 5 };
}
