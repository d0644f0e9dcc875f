import { z } from "zod";
import { type HttpMethod, httpMethods } from "./call";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

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

const origin = typedTextOf<Origin>(
  /^https?:\/\/[^/*?#\s]+$/,
  'write scheme and host without path or wildcard, such as "https://app.example.com"',
);
const headerNames = z.array(textOf(/^[\w-]+$/, 'write the name of a header, such as "x-request-id"')).min(1);

export const corsSchema: z.ZodType<CorsDefinition> = z.strictObject({
  allowOrigins: z.array(origin).min(1),
  allowMethods: z.array(z.enum(httpMethods)).min(1).optional(),
  allowHeaders: headerNames.optional(),
  exposeHeaders: headerNames.optional(),
  maxAge: durationSchema.optional(),
  allowCredentials: z.boolean().optional(),
} satisfies Shape<CorsDefinition>);

/** Resolves the defaults. */
export function normalizeCors({ maxAge, ...given }: CorsDefinition): Cors {
  const age = milliseconds(maxAge);
  return {
    allowMethods: ["GET", "HEAD", "POST"],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    ...given,
    ...(age !== undefined && { maxAge: age }),
  };
}
