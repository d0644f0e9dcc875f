import { z } from "zod";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * Changes of the headers of requests and responses, such as
 * `{ response: { set: { "strict-transport-security": "max-age=31536000" } } }`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers
 */
export interface HeadersDefinition {
  /** Changes of requests, before the service receives them. Default: none. */
  readonly request?: HeaderOperationsDefinition;
  /** Changes of responses, before the client receives them. Default: none. */
  readonly response?: HeaderOperationsDefinition;
}

/**
 * Changes of headers. A value can contain Envoy's operators, such as `%DOWNSTREAM_REMOTE_ADDRESS%`; write `%%` for a
 * percent sign.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
 */
export interface HeaderOperationsDefinition {
  /** Headers with the value that replaces any existing ones, keyed by name. Default: none. */
  readonly set?: Readonly<Record<string, string>>;
  /** Headers with a value that is added to any existing ones, keyed by name. Default: none. */
  readonly add?: Readonly<Record<string, string>>;
  /** Names of headers that are removed. Default: none. */
  readonly remove?: readonly string[];
}

/** Changes of headers with the defaults resolved. */
export type Headers = HeadersDefinition;

const name = textOf(
  /^(?!host$)[\w-]+$/i,
  'write the name of a header other than "host", such as "x-request-source"',
);
/** Envoy rejects the whole configuration of a listener's routes for a value with an incomplete operator. */
const value = textOf(
  /^([^%\r\n]|%%|%[A-Z0-9_]+(\([^()\r\n]*\))?(:\d+)?%)+$/,
  'write the value of a header in one line, with "%%" for a percent sign, such as "max-age=31536000"',
);
/** An unknown field is reported alone, not together with the missing ones. */
const unlessUnknown = { when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0 };

const operations = z
  .strictObject(
    {
      set: z.record(name, value).optional(),
      add: z.record(name, value).optional(),
      remove: z.array(name).min(1).optional(),
    } satisfies Shape<HeaderOperationsDefinition>,
    hint("write { set: { … } } around it"),
  )
  .refine((own) => Object.values(own).some((one) => Object.keys(one).length > 0), {
    ...unlessUnknown,
    params: { fix: "give set, add or remove" },
  })
  .meta({ minProperties: 1 });

export const headersSchema: z.ZodType<HeadersDefinition> = z
  .strictObject(
    { request: operations.optional(), response: operations.optional() } satisfies Shape<HeadersDefinition>,
    hint(
      "write match: { headers: { … } } for a condition on requests, and request or response around a change of headers",
    ),
  )
  .refine(({ request, response }) => request !== undefined || response !== undefined, {
    ...unlessUnknown,
    params: { fix: "give request, response or both" },
  })
  .meta({ minProperties: 1 });

/** Parameters of a schema with the fix for an unknown field that no known one resembles. */
function hint(fix: string): { error: (issue: { readonly code?: string }) => string | undefined } {
  return { error: ({ code }) => (code === "unrecognized_keys" ? fix : undefined) };
}
