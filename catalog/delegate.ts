import { z } from "zod";
import { type Source, sourceOf, type Target } from "./edge";
import { type Gateway, type GatewayDefinition, gatewayPods } from "./gateway";
import { normalizeGatewayHost } from "./gatewayHost";
import { type GatewayRouteDefinition, routeSchema } from "./gatewayRoute";
import { sortedEntries } from "./order";
import { formatPath } from "./path";
import { absolutePath } from "./routeMatch";
import { selectorSchema } from "./selector";
import type { Shape } from "./shape";
import { dnsLabel } from "./text";

/**
 * Routes of a host that another catalog owns and delegates to this one, by `delegates` of its host. The owner has the host,
 * its certificate and the order of its prefixes; this catalog has the routes below one of them. The services admit the
 * owner's gateway. It is rendered to a VirtualService without hosts, whose name is the key. It can't delegate further.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
export interface DelegateDefinition extends Pick<
  GatewayDefinition,
  "release" | "namespace" | "serviceAccount" | "selector"
> {
  /** Namespace of the owner's catalog, in which its VirtualService is. No other namespace can delegate to these routes. */
  readonly exportTo: string;
  /** The prefix that the owner delegates. All routes are below it. */
  readonly prefix: `/${string}`;
  /** Helm release of the owner's gateway, as in {@link GatewayDefinition.release}. Default: `istio-ingress`. */
  readonly release?: string;
  /** Namespace of the gateway's pods. Default: the release's name. */
  readonly namespace?: string;
  /** Service account of a gateway that is already installed. Default: the release's name. */
  readonly serviceAccount?: string;
  /** Labels of the pods of a gateway that is already installed. Default: the label that Istio's chart sets. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Routes of the delegated paths, as in a host. A regular expression is not possible. */
  readonly routes: readonly GatewayRouteDefinition[];
}

/** Delegated routes with their defaults resolved: those of a host of another catalog's gateway. */
export interface Delegate extends Gateway {
  readonly exportTo: string;
  readonly prefix: string;
}

export const delegateSchema: z.ZodType<DelegateDefinition> = z.strictObject({
  exportTo: dnsLabel,
  prefix: absolutePath,
  release: z.string().optional(),
  namespace: z.string().optional(),
  serviceAccount: z.string().optional(),
  selector: selectorSchema.optional(),
  routes: z.array(routeSchema).min(1),
} satisfies Shape<DelegateDefinition>);

/**
 * Resolves the defaults of delegated routes, sorted by name.
 *
 * @param find returns the service with a name.
 */
export function normalizeDelegates(
  definitions: Readonly<Record<string, DelegateDefinition>>,
  { namespace, trustDomain }: { readonly namespace: string; readonly trustDomain: string },
  find: (service: string) => Target,
): Delegate[] {
  return sortedEntries(definitions).map(([name, { exportTo, prefix, routes, ...own }]) => {
    const pods = gatewayPods(own);
    const path = ["delegates", name];
    const source: Source = sourceOf("gateway", name, pods.namespace, pods.serviceAccount, trustDomain);
    // The host, its TLS settings and its port are the owner's.
    const host = normalizeGatewayHost("*", name, { tls: { mode: "DISABLE" }, routes }, source, path, find);
    return { name, namespace, exportTo, prefix, pods, source, hosts: [host], path: formatPath(path) };
  });
}
