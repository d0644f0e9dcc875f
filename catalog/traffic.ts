import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Edge } from "./edge";
import { formatPath } from "./path";
import { isHttp, type Port } from "./port";
import { noRetries } from "./retries";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * How requests to a service are distributed over its versions, mirrored, or used for fault injection. It is rendered to
 * the VirtualService.
 */
export interface TrafficDefinition {
  /**
   * Percentage of the requests, keyed by version. The sum is 100. Default: all requests to the only version. Required
   * if there are several.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
   */
  readonly weights?: Readonly<Record<string, number>>;
  /**
   * Requests that are routed to a version by their headers, regardless of its weight. The first matching route applies.
   * Clients can set any header, so a header route does not protect a version. Default: none.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
   */
  readonly headerRoutes?: readonly HeaderRouteDefinition[];
  /** Mirrors requests to another version or service. Default: none. */
  readonly mirror?: MirrorDefinition;
  /** Injects delays and errors, to test resilience. Rejected if the mesh's environment is `prod`. Default: none. */
  readonly fault?: FaultDefinition;
}

/** A route of requests with given headers, a cookie or both to a version. */
export interface HeaderRouteDefinition {
  /**
   * Headers with their exact values, keyed by header name in lower case. A request must have all of them. The header
   * `cookie` is rejected, because it contains all cookies of the client: use `cookie` instead. Required without
   * `cookie`. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A cookie that a request must have, besides any others. It is rendered to a regular expression for the header
   * `cookie`. Required without `headers`. Default: none.
   */
  readonly cookie?: CookieMatch;
  /** Name of a version of the service. */
  readonly version: string;
}

/** A cookie with its exact value. */
export interface CookieMatch {
  /** The cookie's name, such as `canary`. Cookie names are case-sensitive. */
  readonly name: string;
  /** The cookie's value as clients send it, such as `true`. */
  readonly value: string;
}

/** A header route with its defaults resolved. */
export interface HeaderRoute extends HeaderRouteDefinition {
  /** Headers. Empty if only the cookie must match. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A mirror: copies of requests are sent to another version or service, and their responses are discarded. The target
 * processes them like other requests, so it must not write to production data.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
 */
export type MirrorDefinition = VersionMirrorDefinition | ServiceMirrorDefinition;

/** A mirror to another version of the same service. Requests that are routed to that version are not mirrored. */
export interface VersionMirrorDefinition {
  /** Name of a version of the service with the weight 0. */
  readonly version: string;
  readonly service?: undefined;
  /** Percentage of the requests, 0–100. */
  readonly percentage: number;
}

/**
 * A mirror to another service: to its HTTP ports of the same names, and to all of its pods, regardless of weights.
 * Callers' proxies send the copies. Each service and gateway that may send a request may send its copy, and nothing
 * else. Copies of requests of admitted callers are denied.
 */
export interface ServiceMirrorDefinition {
  /** Name of another service, which has one of this service's HTTP ports. */
  readonly service: string;
  readonly version?: undefined;
  /** Percentage of the requests, 0–100. */
  readonly percentage: number;
}

/** A mirror with its target resolved. */
export type Mirror =
  | VersionMirrorDefinition
  | {
      readonly service: string;
      readonly version?: undefined;
      readonly percentage: number;
      readonly host: string;
      /** The ports that receive copies, each for requests to the port of the same name. */
      readonly ports: readonly Port[];
    };

/**
 * Faults that the caller's proxy injects before it routes a request. Therefore the proxy does not retry an injected
 * error, and its timeout does not include an injected delay.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export interface FaultDefinition {
  /** Delays requests. Default: none. */
  readonly delay?: {
    /** Percentage of the requests, 0–100. */
    readonly percentage: number;
    readonly fixedDelay: Duration;
  };
  /** Aborts requests with an error. Default: none. */
  readonly abort?: {
    /** Percentage of the requests, 0–100. */
    readonly percentage: number;
    /** HTTP status of the response, 200–599. */
    readonly httpStatus: number;
  };
}

/** A fault with its delay in milliseconds. */
export interface Fault {
  readonly delay?: { readonly percentage: number; readonly fixedDelay: number };
  readonly abort?: { readonly percentage: number; readonly httpStatus: number };
}

type Delay = NonNullable<FaultDefinition["delay"]>;
type Abort = NonNullable<FaultDefinition["abort"]>;

const percentage = z.number().min(0).max(100);

const headerName = /^[a-z0-9][a-z0-9_-]*$/;

const headers = z
  .record(z.string(), z.string().min(1))
  .refine((record) => Object.keys(record).length > 0, { params: { fix: "add at least one header" } })
  .refine((record) => !Object.hasOwn(record, "cookie"), {
    params: {
      fix: 'name one cookie beside headers, such as cookie: { name: "canary", value: "true" }, because the header holds all cookies of a client',
    },
  })
  .meta({ minProperties: 1, propertyNames: { pattern: headerName.source, not: { const: "cookie" } } })
  .refine((record) => Object.keys(record).every((name) => headerName.test(name)), {
    params: { fix: 'write the headers\' names in lower case, such as "x-canary"' },
  });

const headerRouteSchema: z.ZodType<HeaderRouteDefinition> = z
  .strictObject({
    headers: headers.optional(),
    cookie: z
      .strictObject({
        name: textOf(/^[\w!#$%&'*+.^`|~-]+$/, 'write the name of a cookie, such as "canary"'),
        value: textOf(/^[^\s",;\\]+$/, 'write the value of a cookie without spaces and ";", such as "true"'),
      } satisfies Shape<CookieMatch>)
      .optional(),
    version: z.string(),
  } satisfies Shape<HeaderRouteDefinition>)
  .refine((route) => route.headers !== undefined || route.cookie !== undefined, {
    params: { fix: "give headers, cookie or both" },
  })
  .meta({ anyOf: [{ required: ["headers"] }, { required: ["cookie"] }] });

// One form for both, so that a mistake in either is told as what it is.
const mirrorSchema = z
  .strictObject({
    version: z.string().optional(),
    service: z.string().optional(),
    percentage,
  } satisfies Shape<MirrorDefinition>)
  .refine(({ version, service }) => (version === undefined) !== (service === undefined), {
    params: { fix: "set either version or service" },
  })
  .meta({
    oneOf: [{ required: ["version"] }, { required: ["service"] }],
  }) as unknown as z.ZodType<MirrorDefinition>;

export const trafficSchema: z.ZodType<TrafficDefinition> = z.strictObject({
  weights: z.record(z.string(), z.int().min(0).max(100)).optional(),
  headerRoutes: z.array(headerRouteSchema).optional(),
  mirror: mirrorSchema.optional(),
  fault: z
    .strictObject({
      delay: z.strictObject({ percentage, fixedDelay: durationSchema } satisfies Shape<Delay>).optional(),
      abort: z
        .strictObject({ percentage, httpStatus: z.int().min(200).max(599) } satisfies Shape<Abort>)
        .optional(),
    } satisfies Shape<FaultDefinition>)
    .optional(),
} satisfies Shape<TrafficDefinition>);

export function normalizeHeaderRoute(definition: HeaderRouteDefinition): HeaderRoute {
  return { headers: {}, ...definition };
}

export function normalizeFault({ delay, abort }: FaultDefinition): Fault {
  return {
    ...(delay && { delay: { ...delay, fixedDelay: milliseconds(delay.fixedDelay) } }),
    ...(abort && { abort }),
  };
}

/**
 * Resolves the target of a mirror. Only HTTP ports that both services have are mirrored.
 *
 * @param own ports of the mirrored service. @param find returns the service with a name.
 */
export function normalizeMirror(
  mirror: MirrorDefinition,
  own: readonly Port[],
  find: (service: string) => { readonly host: string; readonly ports: readonly Port[] },
): Mirror {
  if (mirror.service === undefined) return mirror;
  const { service, percentage } = mirror;
  const { host, ports } = find(service);
  const both = ports.filter(
    ({ name, protocol }) =>
      isHttp(protocol) && own.some((one) => one.name === name && one.protocol === protocol),
  );
  return { service, percentage, host, ports: both };
}

/** The edge of mirrored requests: the source may send a copy of each request once, without a timeout. */
export function mirroredEdge(edge: Edge, mirror?: Mirror): Edge | undefined {
  if (mirror?.service === undefined || edge.source.kind === "outside") return undefined;
  const port = mirror.ports.find(({ name }) => name === edge.port.name);
  if (!port) return undefined;
  const { source, methods, paths, endUser, dryRun } = edge;
  return {
    source,
    callee: mirror.service,
    port,
    methods,
    paths,
    ...(endUser && { endUser }),
    ...(dryRun && { dryRun }),
    retries: noRetries,
    ownTimeout: false,
    ownRetries: false,
    asynchronous: false,
    mirrored: true,
    path: formatPath(["services", edge.callee, "traffic", "mirror"]),
  };
}
