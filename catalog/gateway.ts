import { z } from "zod";
import { sourceOf, type Target } from "./edge";
import {
  type GatewayHost,
  type GatewayHostDefinition,
  gatewayHostSchema,
  normalizeGatewayHost,
} from "./gatewayHost";
import { sortedEntries } from "./order";
import { formatPath } from "./path";
import { selectorSchema } from "./selector";
import type { Shape } from "./shape";

/** Helm release of the gateway that takes what comes in, unless another is named. */
export const ingressRelease = "istio-ingress";

/**
 * An entrance of the mesh: which hosts the ingress gateway serves and where their requests go.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export interface GatewayDefinition {
  /**
   * Helm release of Istio's gateway chart, which the control plane's component installs. Its name is also the pods'
   * service account, and their label `istio` is the release without `istio-`, as the chart sets it. Not together with
   * {@link GatewayDefinition.serviceAccount}. Default: `istio-ingress`.
   */
  readonly release?: string;
  /**
   * Namespace of the gateway's pods, and of the Secrets with the certificates of its hosts. Required together with
   * {@link GatewayDefinition.serviceAccount}. Default: the release's name.
   */
  readonly namespace?: string;
  /**
   * Service account of the pods of a gateway that is installed already by other means, such as
   * `istio-ingressgateway-service-account`. The control plane's component then installs no release for it. Services
   * admit this account. Default: the release's name.
   */
  readonly serviceAccount?: string;
  /**
   * Labels of the pods of a gateway that is installed already, such as `{ istio: "ingressgateway" }`: the Gateway and
   * NetworkPolicies select the pods by them. Required together with {@link GatewayDefinition.serviceAccount}.
   * Default: the label that Istio's chart sets.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway-selector
   */
  readonly selector?: Readonly<Record<string, string>>;
  /** By host name, such as `api.example.com`. */
  readonly hosts: Readonly<Record<string, GatewayHostDefinition>>;
}

/** The pods of a gateway: where they are, and by what they are identified and selected. */
export interface GatewayPods {
  /** Helm release that installs them. Missing for a gateway that is installed by other means. */
  readonly release?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/** A gateway with its defaults resolved. Its namespace is that of its Gateway: the catalog's. */
export interface Gateway {
  readonly name: string;
  readonly namespace: string;
  readonly pods: GatewayPods;
  readonly hosts: readonly GatewayHost[];
  readonly path: string;
}

export const gatewaySchema: z.ZodType<GatewayDefinition> = z.strictObject({
  release: z.string().optional(),
  namespace: z.string().optional(),
  serviceAccount: z.string().optional(),
  selector: selectorSchema.optional(),
  hosts: z.record(z.string(), gatewayHostSchema),
} satisfies Shape<GatewayDefinition>);

/** Resolves which pods a gateway has. */
export function gatewayPods({
  release,
  namespace,
  serviceAccount,
  selector,
}: Pick<GatewayDefinition, "release" | "namespace" | "serviceAccount" | "selector">): GatewayPods {
  if (
    release === undefined &&
    namespace !== undefined &&
    serviceAccount !== undefined &&
    selector !== undefined
  ) {
    return { namespace, serviceAccount, selector };
  }
  const installed = release ?? ingressRelease;
  return {
    release: installed,
    namespace: namespace ?? installed,
    serviceAccount: installed,
    selector: { istio: installed.replace(/^istio-/, "") },
  };
}

/** The same for two gateways if they are the same pods. */
export function podsKey({ namespace, selector }: GatewayPods): string {
  const labels = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  return [namespace, ...labels.sort()].join(" ");
}

/** Resolves the defaults of gateways, sorted by name. @param find the service of that name. */
export function normalizeGateways(
  definitions: Readonly<Record<string, GatewayDefinition>>,
  { namespace, trustDomain }: { readonly namespace: string; readonly trustDomain: string },
  find: (service: string) => Target,
): Gateway[] {
  const served = Map.groupBy(
    Object.values(definitions).flatMap(({ hosts }) => Object.keys(hosts)),
    (host) => host,
  );
  const isShared = (host: string): boolean => (served.get(host) ?? []).length > 1;
  return sortedEntries(definitions).map(([name, definition]) => {
    const pods = gatewayPods(definition);
    const path = ["gateways", name];
    const source = sourceOf("gateway", name, pods.namespace, pods.serviceAccount, trustDomain);
    const objectName = (host: string): string => {
      const own = host.replace(/^\*/, "wildcard");
      return isShared(host) && pods.release !== ingressRelease ? `${own}-${pods.release ?? name}` : own;
    };
    return {
      name,
      namespace,
      pods,
      hosts: sortedEntries(definition.hosts).map(([host, value]) =>
        normalizeGatewayHost(host, objectName(host), value, source, [...path, "hosts", host], find),
      ),
      path: formatPath(path),
    };
  });
}
