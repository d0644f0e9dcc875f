import { z } from "zod";
import {
  type GatewayServiceValues,
  type GatewayValues,
  type IstioControlPlaneArgs,
  type IstioGatewayArgs,
  kubernetesPlatforms,
} from "../../components/plain";
import { type ClusterCheck, clusterChecks } from "./finding";

const names = z.array(z.string().min(1));
const values = z.record(z.string(), z.unknown());
const texts = z.record(z.string(), z.string());

/** The schema of the setting `meshwright:cluster`. */
export const clusterSettings = z.strictObject({
  platform: z.enum(kubernetesPlatforms).exactOptional(),
  cni: z
    .strictObject({ namespace: z.string().min(1).exactOptional(), values: values.exactOptional() })
    .exactOptional(),
  imagePullSecrets: names.exactOptional(),
  nodeSelector: texts.exactOptional(),
  tolerations: z.array(values).exactOptional(),
  ingress: z
    .strictObject({
      service: z
        .strictObject({
          type: z.enum(["LoadBalancer", "NodePort", "ClusterIP"]).exactOptional(),
          annotations: texts.exactOptional(),
          externalTrafficPolicy: z.enum(["Cluster", "Local"]).exactOptional(),
          loadBalancerClass: z.string().min(1).exactOptional(),
          loadBalancerSourceRanges: names.exactOptional(),
          ports: z.array(values).exactOptional(),
        })
        .exactOptional(),
      numTrustedProxies: z.int().nonnegative().exactOptional(),
      proxyProtocol: z.boolean().exactOptional(),
    })
    .exactOptional(),
  installBase: z.boolean().exactOptional(),
  values: z
    .strictObject({
      base: values.exactOptional(),
      cni: values.exactOptional(),
      istiod: values.exactOptional(),
      gateways: z.record(z.string(), values).exactOptional(),
    })
    .exactOptional(),
  acceptedFindings: z.array(z.enum(clusterChecks)).exactOptional(),
});

/**
 * The cluster's requirements of Istio's installation. They are the setting `meshwright:cluster` of a stack, merged over
 * `cluster` of the platform's control plane. docs/clusters lists them by kind of cluster.
 */
export interface ClusterSettings
  extends
    Pick<IstioControlPlaneArgs, "platform" | "cni" | "imagePullSecrets" | "installBase" | "values">,
    Pick<GatewayValues, "nodeSelector" | "tolerations"> {
  /** The ingress gateways' Services, and the load balancers in front of them. Default: Services of type LoadBalancer. */
  ingress?: IngressSettings;
  /** Preflight checks whose errors become warnings for this stack. Default: none. */
  acceptedFindings?: ClusterCheck[];
}

/** How traffic reaches the ingress gateways. */
export interface IngressSettings extends Pick<IstioGatewayArgs, "numTrustedProxies" | "proxyProtocol"> {
  /** Values of the gateways' Services. Default: the chart's, of type LoadBalancer. */
  service?: GatewayServiceValues;
}
