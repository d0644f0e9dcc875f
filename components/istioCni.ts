import { mergePatch } from "../mesh";
import type { CniValues, IstiodValues } from "./values";

/** Kubernetes platforms for which Istio's charts have a profile. All others use the charts' defaults. */
export const kubernetesPlatforms = ["gke", "k3d", "k3s", "microk8s", "minikube", "openshift"] as const;

/**
 * Istio's CNI node agent, a DaemonSet that redirects the traffic of injected pods to their proxies. Without it every
 * injected pod has an init container with the capabilities `NET_ADMIN` and `NET_RAW`, which the Pod Security levels
 * `baseline` and `restricted` refuse.
 *
 * https://istio.io/latest/docs/setup/additional-setup/cni/
 */
export interface IstioCniArgs {
  /**
   * Namespace of the node agent. It must exist unless it is the control plane's, and it must allow privileged pods.
   * Default: the control plane's; `kube-system` on OpenShift, which allows privileged pods only there.
   */
  namespace?: string;
  /** Values of the chart `cni`. Default: the chart's. */
  values?: CniValues;
}

/** Namespace of the node agent. */
export function cniNamespace(cni: IstioCniArgs, platform: string | undefined, controlPlane: string): string {
  return cni.namespace ?? (platform === "openshift" ? "kube-system" : controlPlane);
}

/** Returns the values of the node agent's release, with istiod's images. */
export function cniValues(
  { values = {} }: IstioCniArgs,
  version: string,
  { global: { hub, tag = version, logAsJson, platform, imagePullSecrets } = {} }: IstiodValues,
): Record<string, unknown> {
  const global = {
    tag,
    ...(hub !== undefined && { hub }),
    ...(logAsJson !== undefined && { logAsJson }),
    ...(platform !== undefined && { platform }),
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
  };
  return mergePatch({ global }, values) as Record<string, unknown>;
}
