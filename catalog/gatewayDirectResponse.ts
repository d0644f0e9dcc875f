import { z } from "zod";
import { type Headers, type HeadersDefinition, headersSchema } from "./headers";
import {
  absolutePath,
  normalizeRouteMatch,
  type RouteMatch,
  type RouteMatchDefinition,
  routeMatchSchema,
  type RoutePattern,
} from "./routeMatch";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * A direct response: the gateway answers requests itself, such as `/healthz`, `/robots.txt` or a host under maintenance. No
 * service receives them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPDirectResponse
 */
export interface GatewayDirectResponseDefinition {
  /**
   * Path that the request's path equals or lies below, as in a route. Default: none; the direct response then requires
   * `match.uri`.
   */
  readonly prefix?: `/${string}`;
  /** Further conditions, as in a route: with `uri` an exact path, such as `/robots.txt`. Default: none. */
  readonly match?: RouteMatchDefinition;
  /** HTTP status of the response, 200–599. */
  readonly status: number;
  /** Body of the response. Its type is `text/plain`, unless `headers` sets another one. Default: an empty body. */
  readonly body?: HttpBody;
  /** Changes of the response's headers, such as `{ response: { set: { "retry-after": "120" } } }`. Default: none. */
  readonly headers?: HeadersDefinition;
}

/**
 * The body of a direct response, at most 1 MB. istiod sends it to every proxy of the gateway.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPBody
 */
export type HttpBody =
  | {
      /** The body as text. */
      readonly string: string;
    }
  | {
      /** The body in base64. */
      readonly bytes: string;
    };

/** A direct response of a host. It has no edge. */
export interface GatewayDirectResponse {
  readonly match: RouteMatch;
  readonly status: number;
  readonly body?: HttpBody;
  readonly headers?: Headers;
  readonly edge?: undefined;
}

/** The maximum that istiod accepts. */
const maxBytes = 1024 * 1024;
const sized = { params: { fix: "serve the body from a service: at most 1 MB can be sent to proxies" } };

const base64 = textOf(
  /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  'write the body in base64, such as "SGVsbG8="',
);

const bodySchema: z.ZodType<HttpBody> = z.union([
  z.strictObject({
    string: z.string().refine((text) => new TextEncoder().encode(text).length <= maxBytes, sized),
  } satisfies Shape<Extract<HttpBody, { string: unknown }>>),
  z.strictObject({
    bytes: base64.refine((text) => (text.length / 4) * 3 <= maxBytes, sized),
  } satisfies Shape<Extract<HttpBody, { bytes: unknown }>>),
]);

export const directResponseSchema: z.ZodType<GatewayDirectResponseDefinition> = z
  .strictObject({
    prefix: absolutePath.optional(),
    match: routeMatchSchema.optional(),
    status: z.int().min(200).max(599),
    body: bodySchema.optional(),
    headers: headersSchema.optional(),
  } satisfies Shape<GatewayDirectResponseDefinition>)
  .refine(({ prefix, match }) => (prefix === undefined) !== (match?.uri === undefined), {
    path: ["prefix"],
    params: { fix: 'set one of "prefix" and "match.uri"' },
  })
  .meta({
    oneOf: [
      { required: ["prefix"], properties: { match: { not: { required: ["uri"] } } } },
      { required: ["match"], not: { required: ["prefix"] }, properties: { match: { required: ["uri"] } } },
    ],
  });

/**
 * Resolves the defaults of a direct response.
 *
 * @param all the routes, redirects and direct responses of its host, itself included.
 */
export function normalizeDirectResponse(
  { prefix, match, ...response }: GatewayDirectResponseDefinition,
  all: readonly RoutePattern[],
): GatewayDirectResponse {
  return {
    match: normalizeRouteMatch({ ...(prefix && { prefix }), ...(match && { match }) }, all),
    ...response,
  };
}
