import { z } from "zod";
import { type HttpMethod, callFields } from "./call";
import { addressBlocksSchema } from "./clientAddresses";
import type { Source } from "./edge";
import { type EndUser, type EndUserDefinition, endUserSchema, normalizeEndUser } from "./jwt";
import { compare, sortedEntries } from "./order";
import { formatPath } from "./path";
import { isHttp, type Port } from "./port";
import type { Shape } from "./shape";

/**
 * Requests that a service denies, even if a call, a route or an admission allows them. A request that matches all fields of
 * the rule gets 403; a connection is closed. The fields with `not` are exceptions. Other spellings of a listed path, such
 * as `/ADMIN`, don't match the rule, so list exceptions where possible (check MW326). It is rendered to rules of an
 * AuthorizationPolicy with the action DENY, which Istio evaluates before ALLOW.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export interface DenyDefinition {
  /**
   * Name of a port of the service. Default: every port; with methods, paths or end users every HTTP port, because a
   * connection has none of them, and Istio would deny all connections.
   */
  readonly port?: string;
  /**
   * Names of callers whose requests are denied: services that call this one, gateways that route to it, and keys of
   * `admit`. Default: every caller.
   */
  readonly callers?: readonly string[];
  /** Names of callers whose requests the rule does not deny. All other callers match. Default: none. */
  readonly notCallers?: readonly string[];
  /** HTTP methods that are denied. Default: every method. */
  readonly methods?: readonly HttpMethod[];
  /** HTTP methods that the rule does not deny. Default: none. */
  readonly notMethods?: readonly HttpMethod[];
  /** Paths that are denied, as the service receives them, each exact or with a trailing `*`. Default: every path. */
  readonly paths?: readonly `/${string}`[];
  /** Paths that the rule does not deny. Default: none. */
  readonly notPaths?: readonly `/${string}`[];
  /** Requests with such a token are denied. Default: requests with and without a token. */
  readonly endUser?: EndUserDefinition;
  /** Requests with such a token are not denied. All others match, also those without a token. Default: none. */
  readonly notEndUser?: EndUserDefinition;
  /**
   * Source addresses and address blocks of connections that are denied: the client's pod, or for requests through a
   * gateway the gateway's pod. The addresses of clients outside of the cluster are limited by a route's `notIpBlocks`.
   * Default: every address.
   */
  readonly ipBlocks?: readonly string[];
  /** Addresses and address blocks that the rule does not deny. Default: none. */
  readonly notIpBlocks?: readonly string[];
}

/** A DENY rule with its defaults resolved. An empty list matches everything, one with `not` excepts nothing. */
export interface Deny {
  readonly name: string;
  /** Ports of the pods. Empty: every port and connection. */
  readonly ports: readonly number[];
  readonly callers: readonly string[];
  readonly notCallers: readonly string[];
  readonly methods: readonly HttpMethod[];
  readonly notMethods: readonly HttpMethod[];
  readonly paths: readonly string[];
  readonly notPaths: readonly string[];
  readonly endUser?: EndUser;
  readonly notEndUser?: EndUser;
  readonly ipBlocks: readonly string[];
  readonly notIpBlocks: readonly string[];
  /** Path in the catalog, such as `services.cart.deny.admin`. */
  readonly path: string;
}

/** The fields of a rule about requests, which connections don't have. */
export const denyRequestFields = [
  "methods",
  "notMethods",
  "paths",
  "notPaths",
  "endUser",
  "notEndUser",
] as const;

const callers = z.array(z.string()).min(1).optional();

export const denySchema: z.ZodType<DenyDefinition> = z
  .strictObject({
    port: callFields.port,
    callers,
    notCallers: callers,
    methods: callFields.methods,
    notMethods: callFields.methods,
    paths: callFields.paths,
    notPaths: callFields.paths,
    endUser: endUserSchema.optional(),
    notEndUser: endUserSchema.optional(),
    ipBlocks: addressBlocksSchema.optional(),
    notIpBlocks: addressBlocksSchema.optional(),
  } satisfies Shape<DenyDefinition>)
  .refine((rule) => Object.keys(rule).some((field) => field !== "port"), {
    params: { fix: "say which requests are denied: a rule without conditions would deny all of them" },
  })
  .meta({ anyOf: [{ minProperties: 2 }, { minProperties: 1, not: { required: ["port"] } }] });

/** Resolves the defaults of a service's DENY rules, sorted by name. @param ports of the service. */
export function normalizeDeny(
  service: string,
  definitions: Readonly<Record<string, DenyDefinition>>,
  ports: readonly Port[],
): Deny[] {
  return sortedEntries(definitions).map(([name, { port, endUser, notEndUser, ...rule }]) => {
    const aboutRequests = denyRequestFields.some((field) => field in (definitions[name] ?? {}));
    const meant = ports.filter((one) => (port === undefined ? isHttp(one.protocol) : one.name === port));
    const list = <Text extends string>(texts: readonly Text[] = []): Text[] => [...texts].sort(compare);
    return {
      name,
      ports: port !== undefined || aboutRequests ? meant.map(({ targetPort }) => targetPort) : [],
      callers: list(rule.callers),
      notCallers: list(rule.notCallers),
      methods: list(rule.methods),
      notMethods: list(rule.notMethods),
      paths: list(rule.paths),
      notPaths: list(rule.notPaths),
      ...(endUser && { endUser: normalizeEndUser(endUser) }),
      ...(notEndUser && { notEndUser: normalizeEndUser(notEndUser) }),
      ipBlocks: list(rule.ipBlocks),
      notIpBlocks: list(rule.notIpBlocks),
      path: formatPath(["services", service, "deny", name]),
    };
  });
}

/** Returns the callers with these names among the sources of edges to a service. */
export function callersNamed(
  edges: readonly { readonly source: Source }[],
  names: readonly string[],
): Source[] {
  return edges.map(({ source }) => source).filter(({ name }) => names.includes(name));
}
