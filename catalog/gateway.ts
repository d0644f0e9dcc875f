import { z } from "zod";
import { type Source, sourceOf, type Target } from "./edge";
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

/** Helm release of the ingress gateway, unless a gateway sets another one. */
export const ingressRelease = "istio-ingress";

/**
 * An ingress gateway: the hosts that it serves, and the services to which it routes their requests. It is rendered to a
 * Gateway, and to a VirtualService for each host.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export interface GatewayDefinition {
  /**
   * Helm release of Istio's gateway chart, which the control plane's component installs. Its name is also the pods'
   * service account. The pods' label `istio` is the release's name without the prefix `istio-`, as in the chart. It
   * can't be combined with {@link GatewayDefinition.serviceAccount}. Default: `istio-ingress`.
   */
  readonly release?: string;
  /**
   * Namespace of the gateway's pods, and of the Secrets with the certificates of its hosts. Required together with
   * {@link GatewayDefinition.serviceAccount}. Default: the release's name.
   */
  readonly namespace?: string;
  /**
   * Service account of the pods of a gateway that is already installed, such as `istio-ingressgateway-service-account`.
   * The control plane's component then installs no release for it. Services admit this service account. Default: the
   * release's name.
   */
  readonly serviceAccount?: string;
  /**
   * Labels of the pods of a gateway that is already installed, such as `{ istio: "ingressgateway" }`. The Gateway and
   * NetworkPolicies select the pods by them. Required together with {@link GatewayDefinition.serviceAccount}.
   * Default: the label that Istio's chart sets.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway-selector
   */
  readonly selector?: Readonly<Record<string, string>>;
  /** The hosts that the gateway serves, keyed by host name, such as `api.example.com`. */
  readonly hosts: Readonly<Record<string, GatewayHostDefinition>>;
}

/** The pods of a gateway: their namespace, identity and labels. */
export interface GatewayPods {
  /** Helm release that installs the pods. Missing for a gateway that is already installed. */
  readonly release?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/** A gateway with its defaults resolved. Its namespace is that of its Gateway object: the catalog's. */
export interface Gateway {
  readonly name: string;
  readonly namespace: string;
  readonly pods: GatewayPods;
  readonly hosts: readonly GatewayHost[];
  /** The gateway as the source of edges. */
  readonly source: Source;
  readonly path: string;
}

export const gatewaySchema: z.ZodType<GatewayDefinition> = z.strictObject({
  release: z.string().optional(),
  namespace: z.string().optional(),
  serviceAccount: z.string().optional(),
  selector: selectorSchema.optional(),
  hosts: z.record(z.string(), gatewayHostSchema),
} satisfies Shape<GatewayDefinition>);

/** Resolves the pods of a gateway. */
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

/** A key that is equal for two gateways with the same pods. */
export function podsKey({ namespace, selector }: GatewayPods): string {
  const labels = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  return [namespace, ...labels.sort()].join(" ");
}

/**
 * Resolves the defaults of gateways, sorted by name.
 *
 * @param find returns the service with a name.
 */
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
      source,
      path: formatPath(path),
    };
  });
}
