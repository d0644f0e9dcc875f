import { z } from "zod";
import { callFields, type CallDefinition, type Edge } from "./call";

/**
 * An entrance of the mesh: which hosts the ingress gateway serves and where their requests go.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export interface GatewayDefinition {
  /**
   * Helm release of the gateway's pods. It is also their namespace and service account, and their label
   * `istio` is the release without `istio-`, as Istio's gateway chart sets it. Default: `istio-ingress`.
   */
  readonly release?: string;
  /** By host name, such as `api.example.com`. */
  readonly hosts: Readonly<Record<string, GatewayHostDefinition>>;
}

/** One host of a gateway. Plain HTTP is answered with a redirect to HTTPS. */
export interface GatewayHostDefinition {
  readonly tls: TlsDefinition;
  /** The longest matching prefix wins, in whatever order they are written. */
  readonly routes: readonly GatewayRouteDefinition[];
}

/** @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings */
export interface TlsDefinition {
  /** Secret of type `kubernetes.io/tls` in the namespace of the gateway's pods. */
  readonly credentialName: string;
  /** Default: TLSV1_2. */
  readonly minProtocolVersion?: "TLSV1_2" | "TLSV1_3";
}

/**
 * Requests below a path, sent to a service. It is an edge as well: `methods`, `paths` and `endUser` are what
 * the service's AuthorizationPolicy admits from the gateway, with paths as they are after the rewrite.
 */
export interface GatewayRouteDefinition extends CallDefinition {
  /** Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. */
  readonly prefix: `/${string}`;
  /** Path that takes the place of `prefix`: `/` turns `/api/x` into `/x`. Default: no rewrite. */
  readonly rewrite?: `/${string}`;
  /** Name of the service. */
  readonly service: string;
}

/** A gateway with its defaults resolved. */
export interface Gateway {
  readonly name: string;
  readonly namespace: string;
  /** Helm release of its pods, which is also their namespace. */
  readonly release: string;
  /** Labels of the gateway's pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly hosts: readonly GatewayHost[];
  readonly path: string;
}

export interface GatewayHost {
  readonly host: string;
  readonly credentialName: string;
  readonly minProtocolVersion: "TLSV1_2" | "TLSV1_3";
  /** Longest prefix first. */
  readonly routes: readonly GatewayRoute[];
  readonly path: string;
}

export interface GatewayRoute {
  readonly prefix: string;
  readonly rewrite?: string;
  readonly edge: Edge;
}

const absolutePath = z.custom<`/${string}`>(
  (value) => typeof value === "string" && /^\/[^*?#\s]*$/.test(value),
  {
    params: { cure: 'write an absolute path without wildcards, such as "/api"' },
  },
);

const routeSchema: z.ZodType<GatewayRouteDefinition> = z.strictObject({
  ...callFields,
  prefix: absolutePath,
  rewrite: absolutePath.optional(),
  service: z.string(),
});

export const gatewaySchema: z.ZodType<GatewayDefinition> = z.strictObject({
  release: z.string().optional(),
  hosts: z.record(
    z.string(),
    z.strictObject({
      tls: z.strictObject({
        credentialName: z.string().min(1),
        minProtocolVersion: z.enum(["TLSV1_2", "TLSV1_3"]).optional(),
      }),
      routes: z.array(routeSchema).min(1),
    }),
  ),
});
