import { z } from "zod";
import { callFields, type CallDefinition, type Edge, type HttpMethod, httpMethods } from "./call";
import { type Duration, durationSchema } from "./duration";
import { selectorSchema } from "./selector";
import { textOf, typedTextOf } from "./text";

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

/** One host of a gateway. Plain HTTP is answered with a redirect to HTTPS. */
export interface GatewayHostDefinition {
  readonly tls: TlsDefinition;
  /** The longest matching prefix wins, in whatever order they are written. */
  readonly routes: readonly GatewayRouteDefinition[];
  /** Requests that are answered with another address. With the routes: the longest prefix wins. Default: none. */
  readonly redirects?: readonly GatewayRedirectDefinition[];
  /** Which pages of other hosts may call this one from a browser. Default: none. */
  readonly cors?: CorsDefinition;
}

/**
 * Requests below a path that are sent elsewhere by an answer of the gateway; no service sees them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect
 */
export interface GatewayRedirectDefinition {
  /** As of a route. */
  readonly prefix: `/${string}`;
  /** Host of the new address. Default: the same. */
  readonly authority?: string;
  /** Path that takes the place of the whole old one. Default: the same path. */
  readonly uri?: `/${string}`;
  /** Default: 301. Only 307 and 308 keep a POST a POST. */
  readonly redirectCode?: RedirectCode;
}

export type RedirectCode = (typeof redirectCodes)[number];

const redirectCodes = [301, 302, 303, 307, 308] as const;

/**
 * The gateway answers preflight requests itself.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export interface CorsDefinition {
  /** Exactly, with the scheme, such as `https://app.example.com`. */
  readonly allowOrigins: readonly Origin[];
  /** Default: GET, HEAD, POST, which browsers send without asking. */
  readonly allowMethods?: readonly HttpMethod[];
  /** Request headers besides those that browsers send without asking. Default: none. */
  readonly allowHeaders?: readonly string[];
  /** Headers of the answer that a page may read, besides the usual ones. Default: none. */
  readonly exposeHeaders?: readonly string[];
  /** How long a browser may remember the answer of a preflight request. Default: the browser's. */
  readonly maxAge?: Duration;
  /** Whether cookies and tokens may come along. Default: false. */
  readonly allowCredentials?: boolean;
}

export type Origin = `${"http" | "https"}://${string}`;

/** @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings */
export interface TlsDefinition {
  /** Secret of type `kubernetes.io/tls` in the namespace of the gateway's pods. */
  readonly credentialName: string;
  /** Default: TLSV1_2. */
  readonly minProtocolVersion?: "TLSV1_2" | "TLSV1_3";
}

/**
 * Requests below a path, sent to a service. It is an edge as well: `methods`, `paths` and `endUser` are what
 * the service's AuthorizationPolicy admits from the gateway, with paths as they are after the rewrite. Where routes to
 * one port of a service differ in methods or end users, `paths` are by default those below the prefix, without those of
 * narrower routes.
 */
export interface GatewayRouteDefinition extends Omit<CallDefinition, "asynchronous"> {
  /** Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. */
  readonly prefix: `/${string}`;
  /** Path that takes the place of `prefix`: `/` turns `/api/x` into `/x`. Default: no rewrite. */
  readonly rewrite?: `/${string}`;
  /** Name of the service. */
  readonly service: string;
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

/** A host of a gateway with its defaults resolved. */
export interface GatewayHost {
  readonly host: string;
  /** Of its VirtualService: the host; where two gateways serve it, at another one than `istio-ingress` with its name. */
  readonly name: string;
  readonly credentialName: string;
  readonly minProtocolVersion: "TLSV1_2" | "TLSV1_3";
  /** Longest prefix first. */
  readonly routes: readonly (GatewayRoute | GatewayRedirect)[];
  readonly cors?: Cors;
  readonly path: string;
}

/** A route of a host, with the edge that it is. */
export interface GatewayRoute {
  readonly prefix: string;
  readonly rewrite?: string;
  readonly edge: Edge;
}

/** Sorted among the routes; it has no edge. */
export interface GatewayRedirect extends GatewayRedirectDefinition {
  readonly redirectCode: RedirectCode;
  readonly edge?: undefined;
}

/** Cross-origin rules with their defaults resolved; empty lists allow nothing more. */
export interface Cors {
  readonly allowOrigins: readonly Origin[];
  readonly allowMethods: readonly HttpMethod[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly allowCredentials: boolean;
}

const absolutePath = typedTextOf<`/${string}`>(
  /^\/[^*?#\s]*$/,
  'write an absolute path without wildcards, such as "/api"',
);

const routeSchema: z.ZodType<GatewayRouteDefinition> = z.strictObject({
  ...callFields,
  prefix: absolutePath,
  rewrite: absolutePath.optional(),
  service: z.string(),
});

const redirectSchema: z.ZodType<GatewayRedirectDefinition> = z
  .strictObject({
    prefix: absolutePath,
    authority: z.string().min(1).optional(),
    uri: absolutePath.optional(),
    redirectCode: z.literal(redirectCodes).optional(),
  })
  .refine(({ authority, uri }) => authority !== undefined || uri !== undefined, {
    params: { fix: "give authority, uri or both: to the same address it would never end" },
  })
  .meta({ anyOf: [{ required: ["authority"] }, { required: ["uri"] }] });

const origin = typedTextOf<Origin>(
  /^https?:\/\/[^/*?#\s]+$/,
  'write scheme and host without path or wildcard, such as "https://app.example.com"',
);
const headerNames = z.array(textOf(/^[\w-]+$/, 'write the name of a header, such as "x-request-id"')).min(1);

const corsSchema: z.ZodType<CorsDefinition> = z.strictObject({
  allowOrigins: z.array(origin).min(1),
  allowMethods: z.array(z.enum(httpMethods)).min(1).optional(),
  allowHeaders: headerNames.optional(),
  exposeHeaders: headerNames.optional(),
  maxAge: durationSchema.optional(),
  allowCredentials: z.boolean().optional(),
});

export const gatewaySchema: z.ZodType<GatewayDefinition> = z.strictObject({
  release: z.string().optional(),
  namespace: z.string().optional(),
  serviceAccount: z.string().optional(),
  selector: selectorSchema.optional(),
  hosts: z.record(
    z.string(),
    z
      .strictObject({
        tls: z.strictObject({
          credentialName: z.string(),
          minProtocolVersion: z.enum(["TLSV1_2", "TLSV1_3"]).optional(),
        }),
        routes: z.array(routeSchema),
        redirects: z.array(redirectSchema).min(1).optional(),
        cors: corsSchema.optional(),
      })
      .refine(({ routes, redirects }) => routes.length > 0 || redirects !== undefined, {
        params: { fix: "give it at least one route or redirect" },
      })
      .meta({ anyOf: [{ properties: { routes: { minItems: 1 } } }, { required: ["redirects"] }] }),
  ),
});

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
