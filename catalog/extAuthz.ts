import { z } from "zod";
import { callFields } from "./call";
import { type Duration, durationSchema, milliseconds } from "./duration";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { compare, sortedEntries } from "./order";
import { formatPath } from "./path";
import { isHttp, type Port, portOf } from "./port";
import { noRetries } from "./retries";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

/**
 * An extension provider of the mesh: an external authorizer, such as oauth2-proxy or Open Policy Agent. It is rendered to
 * `extensionProviders` of the mesh configuration, which `istiodFor` returns. The provider's service admits the proxies
 * that use it.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-custom/
 */
export type ExtensionProviderDefinition =
  | {
      /** A provider with Envoy's HTTP protocol: status 200 allows the request; the client gets any other response. */
      readonly envoyExtAuthzHttp: ExtAuthzHttpDefinition;
    }
  | {
      /** A provider with Envoy's gRPC service `envoy.service.auth.v3.Authorization`. */
      readonly envoyExtAuthzGrpc: ExtAuthzGrpcDefinition;
    };

/** @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-EnvoyExternalAuthorizationGrpcProvider */
export interface ExtAuthzGrpcDefinition {
  /** Name of the service or external service that decides. */
  readonly service: string;
  /** Name of its port. Default: its only port. Required if it has several. */
  readonly port?: string;
  /** How long a proxy waits for the decision. Callers of the protected service wait longer. Default: 1s. */
  readonly timeout?: Duration;
  /**
   * Whether requests pass while the provider does not answer, or answers with a 5xx status. Default: false; they are
   * answered with `statusOnError`.
   */
  readonly failOpen?: boolean;
  /** HTTP status of requests that the provider does not decide. Default: 403. */
  readonly statusOnError?: number;
  /** Sends the body of requests to the provider. Default: the body is not sent. */
  readonly includeRequestBodyInCheck?: RequestBodyInCheck;
}

/** @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-EnvoyExternalAuthorizationHttpProvider */
export interface ExtAuthzHttpDefinition extends ExtAuthzGrpcDefinition {
  /** Prefix of the path in the request to the provider, before the path of the original request. Default: none. */
  readonly pathPrefix?: `/${string}`;
  /**
   * Headers of the request that the provider receives, besides Host, method, path and Content-Length: exact, or with a
   * `*` at one end. Default: none, so neither `cookie` nor `authorization`.
   */
  readonly includeRequestHeadersInCheck?: readonly string[];
  /** Headers of the provider's response that an allowed request gets. They replace those of the client. Default: none. */
  readonly headersToUpstreamOnAllow?: readonly string[];
  /** Headers of the provider's response that the client gets with an allowed response. Default: none. */
  readonly headersToDownstreamOnAllow?: readonly string[];
  /** Headers of the provider's response that the client gets with a denial. Default: all of them. */
  readonly headersToDownstreamOnDeny?: readonly string[];
}

/** The body of a request that a proxy sends to the provider. */
export interface RequestBodyInCheck {
  /** Maximum number of bytes that the proxy buffers. */
  readonly maxRequestBytes: number;
  /** Whether a longer body is sent in part. Default: false; the proxy answers such a request with 413. */
  readonly allowPartialMessage?: boolean;
}

/**
 * External authorization: the provider decides each matching request before DENY and ALLOW rules apply. A request that it
 * allows still needs a call, route or admission. HTTP only. It is rendered to an AuthorizationPolicy with the action CUSTOM.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy-Action
 */
export interface ExtAuthzDefinition {
  /** Name of one of the mesh's `extensionProviders`. A service, and the pods of a gateway, can have one provider. */
  readonly provider: string;
  /** Paths that the provider decides, each exact or with a trailing `*`. Default: every path. */
  readonly paths?: readonly `/${string}`[];
  /** Paths that it does not decide, such as `/healthz`. Default: none. */
  readonly notPaths?: readonly `/${string}`[];
}

/** An extension provider with its defaults and its host resolved. */
export interface ExtensionProvider extends Omit<ExtAuthzHttpDefinition, "port" | "timeout"> {
  readonly name: string;
  readonly kind: "envoyExtAuthzHttp" | "envoyExtAuthzGrpc";
  readonly namespace: string;
  readonly host: string;
  readonly port: Port;
  /** Milliseconds. */
  readonly timeout: number;
  readonly failOpen: boolean;
  /** Path in the catalog: `extensionProviders.<name>.<kind>`. */
  readonly path: string;
}

/** External authorization with its defaults resolved. */
export interface ExtAuthz {
  readonly provider: string;
  /** Ports of the pods. Empty at a gateway: every port. */
  readonly ports: readonly number[];
  /** Empty: every path. */
  readonly paths: readonly string[];
  readonly notPaths: readonly string[];
  readonly path: string;
}

const headers = z
  .array(textOf(/^(\*[\w-]+|[\w-]+\*?)$/, 'write the name of a header, such as "cookie"'))
  .min(1)
  .optional();

const grpcFields = {
  service: z.string(),
  port: z.string().optional(),
  timeout: durationSchema.optional(),
  failOpen: z.boolean().optional(),
  statusOnError: z.int().min(400).max(599).optional(),
  includeRequestBodyInCheck: z
    .strictObject({
      maxRequestBytes: z.int().min(1).max(4_294_967_295),
      allowPartialMessage: z.boolean().optional(),
    } satisfies Shape<RequestBodyInCheck>)
    .optional(),
} satisfies Shape<ExtAuthzGrpcDefinition>;

const httpSchema: z.ZodType<ExtAuthzHttpDefinition> = z.strictObject({
  ...grpcFields,
  pathPrefix: typedTextOf<`/${string}`>(
    /^\/[^*?#\s]*$/,
    'write an absolute path without wildcards, such as "/check"',
  ).optional(),
  includeRequestHeadersInCheck: headers,
  headersToUpstreamOnAllow: headers,
  headersToDownstreamOnAllow: headers,
  headersToDownstreamOnDeny: headers,
} satisfies Shape<ExtAuthzHttpDefinition>);

type OfKind<Kind extends string> = Extract<ExtensionProviderDefinition, Readonly<Record<Kind, unknown>>>;

export const extensionProviderSchema: z.ZodType<ExtensionProviderDefinition> = z.union([
  z.strictObject({ envoyExtAuthzHttp: httpSchema } satisfies Shape<OfKind<"envoyExtAuthzHttp">>),
  z.strictObject({
    envoyExtAuthzGrpc: z.strictObject(grpcFields satisfies Shape<ExtAuthzGrpcDefinition>),
  } satisfies Shape<OfKind<"envoyExtAuthzGrpc">>),
]);

export const extAuthzSchema: z.ZodType<ExtAuthzDefinition> = z.strictObject({
  provider: z.string(),
  paths: callFields.paths,
  notPaths: callFields.paths,
} satisfies Shape<ExtAuthzDefinition>);

type Found = Target & { readonly namespace: string; readonly host: string };

/**
 * Resolves the providers, sorted by name.
 *
 * @param find returns the service or external service with a name.
 */
export function normalizeProviders(
  definitions: Readonly<Record<string, ExtensionProviderDefinition>>,
  find: (service: string) => Found,
): ExtensionProvider[] {
  return sortedEntries(definitions).flatMap(([name, definition]) =>
    (Object.entries(definition) as [ExtensionProvider["kind"], ExtAuthzHttpDefinition][]).map(
      ([kind, { port: named, timeout = "1s", ...given }]): ExtensionProvider => {
        const { namespace, host, ports } = find(given.service);
        const path = formatPath(["extensionProviders", name, kind]);
        const port = portOf(ports, named);
        if (!port) throw new Error(`${path}: "${given.service}" has no port "${named ?? ""}"`);
        const own = { name, kind, namespace, host, port, path };
        return { failOpen: false, ...given, ...own, timeout: milliseconds(timeout) };
      },
    ),
  );
}

/** Resolves the external authorization of a service, or of a gateway's host, which has no ports of its own. */
export function normalizeExtAuthz(
  { provider, paths = [], notPaths = [] }: ExtAuthzDefinition,
  ports: readonly Port[],
  path: readonly string[],
): ExtAuthz {
  return {
    provider,
    ports: ports.filter(({ protocol }) => isHttp(protocol)).map(({ targetPort }) => targetPort),
    paths: [...paths].sort(compare),
    notPaths: [...notPaths].sort(compare),
    path: formatPath([...path, "extAuthz"]),
  };
}

/** The gRPC method of the protocol. */
const check = "/envoy.service.auth.v3.Authorization/Check";

/** The edge from proxies to their provider. The filter has a timeout of its own, and no retries. */
export function edgeOfExtAuthz(
  source: Source,
  { path }: ExtAuthz,
  { kind, port, timeout, pathPrefix }: ExtensionProvider,
  target: Target,
): Edge {
  const prefix = pathPrefix?.replace(/\/$/, "");
  const call =
    kind === "envoyExtAuthzGrpc"
      ? ({ methods: ["POST"], paths: [check] } as const)
      : { ...(prefix && { paths: [`${prefix}/*` as `/${string}`] }) };
  const edge = normalizeEdge(source, { ...call, port: port.name }, target, path);
  return { ...edge, timeout, retries: noRetries };
}
