import { z } from "zod";
import { type HttpMethod, httpMethods } from "./call";
import { type Duration, durationSchema, milliseconds } from "./duration";
import { type StringMatch, stringMatchSchema } from "./routeMatch";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

/**
 * CORS policy. The gateway answers preflight requests itself.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export interface CorsDefinition {
  /**
   * Allowed origins with their scheme: exact, such as `https://app.example.com`, or a pattern for the whole origin, such as
   * `{ regex: "https://[a-z0-9-]+[.]example[.]com" }`. Check MW323 warns of patterns that other domains match.
   */
  readonly allowOrigins: readonly (Origin | StringMatch)[];
  /** Allowed methods. Default: GET, HEAD, POST, which browsers send without a preflight request. */
  readonly allowMethods?: readonly HttpMethod[];
  /** Allowed request headers, besides those that browsers send without a preflight request. Default: none. */
  readonly allowHeaders?: readonly string[];
  /** Response headers that a page may read, besides the CORS-safelisted ones. Default: none. */
  readonly exposeHeaders?: readonly string[];
  /** How long a browser may cache the response to a preflight request. Default: the browser's. */
  readonly maxAge?: Duration;
  /** Whether requests may carry cookies and credentials. Default: false. */
  readonly allowCredentials?: boolean;
}

export type Origin = `${"http" | "https"}://${string}`;

/** A CORS policy with its defaults resolved. An empty list allows no more than the default. */
export interface Cors {
  readonly allowOrigins: readonly StringMatch[];
  readonly allowMethods: readonly HttpMethod[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly allowCredentials: boolean;
}

const origin = typedTextOf<Origin>(
  /^https?:\/\/[^/*?#\s]+$/,
  'write scheme and host without path or wildcard, such as "https://app.example.com"',
);
const headerNames = z.array(textOf(/^[\w-]+$/, 'write the name of a header, such as "x-request-id"')).min(1);

export const corsSchema: z.ZodType<CorsDefinition> = z.strictObject({
  allowOrigins: z.array(z.union([origin, stringMatchSchema])).min(1),
  allowMethods: z.array(z.enum(httpMethods)).min(1).optional(),
  allowHeaders: headerNames.optional(),
  exposeHeaders: headerNames.optional(),
  maxAge: durationSchema.optional(),
  allowCredentials: z.boolean().optional(),
} satisfies Shape<CorsDefinition>);

/** Resolves the defaults. */
export function normalizeCors({ maxAge, allowOrigins, ...given }: CorsDefinition): Cors {
  const age = milliseconds(maxAge);
  return {
    allowMethods: ["GET", "HEAD", "POST"],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    ...given,
    allowOrigins: allowOrigins.map((one) => (typeof one === "string" ? { exact: one } : one)),
    ...(age !== undefined && { maxAge: age }),
  };
}
