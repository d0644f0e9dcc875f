import { z } from "zod";
import type { HttpMethod } from "./call";
import { compare } from "./order";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

/**
 * Conditions of a gateway's route on requests. All of them must be met.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export interface RouteMatchDefinition {
  /** Path of the request, before a rewrite, instead of the route's `prefix`. Default: the paths below `prefix`. */
  readonly uri?: UriMatch;
  /**
   * Headers that the request must have, keyed by their names in lower case, such as `{ "x-canary": { exact: "true" } }`.
   * The headers of the client decide, so they are no protection. Default: none.
   */
  readonly headers?: Readonly<Record<string, StringMatch>>;
  /** Query parameters that the request must have, such as `{ version: { exact: "2" } }`. Default: none. */
  readonly queryParams?: Readonly<Record<string, QueryParamMatch>>;
}

/** A path, without the query: `{ exact: "/login" }`, or `{ regex: "/users/[0-9]+" }`. */
export type UriMatch = { readonly exact: `/${string}` } | { readonly regex: string };

/**
 * A condition on a string: it equals `exact`, begins with `prefix`, or the RE2 expression `regex` matches all of it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 */
export type StringMatch =
  { readonly exact: string } | { readonly prefix: string } | { readonly regex: string };

/**
 * A condition on the value of a query parameter: it equals `exact`, or the RE2 expression `regex` matches all of it.
 */
export type QueryParamMatch = { readonly exact: string } | { readonly regex: string };

/** The conditions of a route with their defaults resolved. */
export interface RouteMatch {
  readonly uri: UriMatch | { readonly prefix: string };
  readonly headers: Readonly<Record<string, StringMatch>>;
  readonly queryParams: Readonly<Record<string, QueryParamMatch>>;
  /** Where another route of the host has the same path: the route's methods. Empty: every method. */
  readonly methods: readonly HttpMethod[];
}

/** What tells routes and redirects apart. A redirect has a prefix only. */
export interface RoutePattern {
  readonly prefix?: string;
  readonly match?: RouteMatchDefinition;
  readonly methods?: readonly HttpMethod[];
}

export const absolutePath = typedTextOf<`/${string}`>(
  /^\/[^*?#\s]*$/,
  'write an absolute path without wildcards, such as "/api"',
);

const text = z.string().min(1);
const regex = text.refine(isExpression, {
  params: {
    fix: 'write a regular expression in RE2 syntax of at most 1024 characters for the whole text, such as "v[0-9]+"',
  },
});
const pathRegex = textOf(
  /^\//,
  'begin the expression with "/", as it must match the whole path, such as "/users/[0-9]+"',
).refine(isExpression, {
  params: {
    fix: 'write a regular expression in RE2 syntax of at most 1024 characters, such as "/users/[0-9]+"',
  },
});

const uriMatchSchema: z.ZodType<UriMatch> = z.union([
  z.strictObject({ exact: absolutePath } satisfies Shape<Extract<UriMatch, { exact: unknown }>>),
  z.strictObject({ regex: pathRegex } satisfies Shape<Extract<UriMatch, { regex: unknown }>>),
]);
const queryParamMatchSchema: z.ZodType<QueryParamMatch> = z.union([
  z.strictObject({ exact: text } satisfies Shape<Extract<QueryParamMatch, { exact: unknown }>>),
  z.strictObject({ regex } satisfies Shape<Extract<QueryParamMatch, { regex: unknown }>>),
]);
export const stringMatchSchema: z.ZodType<StringMatch> = z.union([
  z.strictObject({ exact: text } satisfies Shape<Extract<StringMatch, { exact: unknown }>>),
  z.strictObject({ prefix: text } satisfies Shape<Extract<StringMatch, { prefix: unknown }>>),
  z.strictObject({ regex } satisfies Shape<Extract<StringMatch, { regex: unknown }>>),
]);

/** The header `cookie` is left out: services route by cookies in `traffic.headerRoutes`. */
const headerName = textOf(
  /^(?!cookie$)[a-z0-9_-]+$/,
  'write the name of a header in lower case other than "cookie", such as "x-canary"',
);

export const routeMatchSchema: z.ZodType<RouteMatchDefinition> = z.strictObject({
  uri: uriMatchSchema.optional(),
  headers: z.record(headerName, stringMatchSchema).optional(),
  queryParams: z.record(text, queryParamMatchSchema).optional(),
} satisfies Shape<RouteMatchDefinition>);

/**
 * Resolves the defaults of a route's conditions.
 *
 * @param all the routes and redirects of its host, itself included.
 */
export function normalizeRouteMatch(route: RoutePattern, all: readonly RoutePattern[]): RouteMatch {
  const { headers = {}, queryParams = {} } = route.match ?? {};
  const shared = all.filter((other) => pathKey(other) === pathKey(route)).length > 1;
  const methods = shared ? (route.methods ?? []) : [];
  return { uri: uriOf(route), headers, queryParams, methods };
}

/** The path of a route or redirect. */
export function uriOf({ prefix = "/", match }: RoutePattern): RouteMatch["uri"] {
  return match?.uri ?? { prefix };
}

/** Equal for two routes that match the same paths. */
export function pathKey(route: RoutePattern): string {
  const uri = uriOf(route);
  return JSON.stringify("prefix" in uri ? { prefix: uri.prefix.replace(/\/$/, "") } : uri);
}

/** Equal for two routes with the same conditions, except methods. */
export function conditionsKey(route: RoutePattern): string {
  const { headers = {}, queryParams = {} } = route.match ?? {};
  const sorted = [headers, queryParams].map((one) => Object.entries(one).sort(([a], [b]) => compare(a, b)));
  return `${pathKey(route)} ${JSON.stringify(sorted)}`;
}

/**
 * Orders routes, the most specific one first: an exact path, then a regular expression, then a prefix; the longer one
 * first. Of the same path, the one with more headers, then with more query parameters, then with methods.
 */
export function moreSpecificFirst(a: RoutePattern, b: RoutePattern): number {
  return (
    ranks(b).reduce((order, rank, i) => order || rank - (ranks(a)[i] ?? 0), 0) ||
    compare(textKey(a), textKey(b))
  );
}

function ranks({ methods, ...route }: RoutePattern): number[] {
  const uri = uriOf(route);
  const { headers = {}, queryParams = {} } = route.match ?? {};
  const path = Object.values(uri)[0] ?? "";
  return [
    "exact" in uri ? 2 : "regex" in uri ? 1 : 0,
    path.length,
    Object.keys(headers).length,
    Object.keys(queryParams).length,
    methods ? 1 : 0,
  ];
}

function textKey(route: RoutePattern): string {
  return [...Object.values(uriOf(route)), conditionsKey(route), ...(route.methods ?? [])].join(" ");
}

/**
 * Length of the longest regular expression that istiod accepts.
 *
 * @see https://github.com/istio/istio/blob/master/pkg/config/validation/validation.go
 */
const longestExpression = 1024;

function isExpression(value: string): boolean {
  if (value.length > longestExpression) return false;
  try {
    // It is compiled when it is used first.
    new RegExp(`^(?:${value})$`).test("");
  } catch {
    return false;
  }
  // RE2 has neither lookaround nor back references.
  return !/\(\?<?[=!]|\\[1-9]/.test(value);
}
