import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Edge } from "./edge";
import { formatPath } from "./path";
import { isHttp, type Port } from "./port";
import { noRetries } from "./retries";
import type { Shape } from "./shape";
import { textOf } from "./text";

/** How the requests to a service are spread over its versions, and what is done to them on purpose. */
export interface TrafficDefinition {
  /**
   * Percent of the requests by version; the sum is 100. Default: everything to the only version. Required
   * when there are several.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
   */
  readonly weights?: Readonly<Record<string, number>>;
  /**
   * Requests that are sent to one version for their headers, whatever its weight. The first route that matches
   * decides. Default: none.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
   */
  readonly headerRoutes?: readonly HeaderRouteDefinition[];
  /** A copy of the requests, sent to another version or to another service as well. Default: none. */
  readonly mirror?: MirrorDefinition;
  /** Delays and errors put in to test resilience. Refused when the mesh's environment is `prod`. Default: none. */
  readonly fault?: FaultDefinition;
}

/** Requests that carry some headers, a cookie or both, and the version that takes them. */
export interface HeaderRouteDefinition {
  /**
   * The exact values, keyed by the header's name in lower case. A request must have all of them. The header `cookie` is
   * refused, because it holds all cookies of the client: give one as `cookie`. Required without `cookie`. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A cookie that a request must have, whatever others it has. It renders to a regular expression on the header `cookie`.
   * Required without `headers`. Default: none.
   */
  readonly cookie?: CookieMatch;
  /** One of the service's versions. */
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
  /** Empty: any. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Copies of requests whose answers nobody waits for. They are real to whoever gets them: what writes must write
 * elsewhere while it is mirrored to.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
 */
export type MirrorDefinition = VersionMirrorDefinition | ServiceMirrorDefinition;

/** To another version of the same service. Requests that it gets anyway aren't mirrored. */
export interface VersionMirrorDefinition {
  /** One of the service's versions, which has no weight. */
  readonly version: string;
  readonly service?: undefined;
  /** Percent of the requests, 0–100. */
  readonly percentage: number;
}

/**
 * To another service, on its HTTP ports of the same names, and to all of its pods whatever the weights of its versions.
 * The copies come from the callers themselves: each service and gateway that may send a request may send its copy, and
 * nothing else. Copies of requests of those whom `admit` names are refused.
 */
export interface ServiceMirrorDefinition {
  /** Another service of the catalog, that has one of this service's HTTP ports too. */
  readonly service: string;
  readonly version?: undefined;
  /** Percent of the requests, 0–100. */
  readonly percentage: number;
}

/** A mirror with the place of its service resolved. */
export type Mirror =
  | VersionMirrorDefinition
  | {
      readonly service: string;
      readonly version?: undefined;
      readonly percentage: number;
      readonly host: string;
      /** The ports that take copies, each of requests on the port of the same name. */
      readonly ports: readonly Port[];
    };

/**
 * Faults that the caller's proxy injects before it routes a request. Therefore the proxy does not retry an injected
 * error, and its timeout does not include an injected delay.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export interface FaultDefinition {
  /** Requests that wait before they go on. Default: none. */
  readonly delay?: {
    /** Percent of the requests, 0–100. */
    readonly percentage: number;
    readonly fixedDelay: Duration;
  };
  /** Requests that are answered with an error. Default: none. */
  readonly abort?: {
    /** Percent of the requests, 0–100. */
    readonly percentage: number;
    /** The status they are answered with, 200–599. */
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
  .refine((record) => Object.keys(record).length > 0, { params: { fix: "name at least one header" } })
  .refine((record) => !Object.hasOwn(record, "cookie"), {
    error:
      "the header cookie holds all cookies of a client, so one of them with an exact value rarely matches",
    params: { fix: 'write one cookie as cookie: { name: "canary", value: "true" } beside headers' },
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
    params: { fix: "give either version or service" },
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
 * Resolves the place of a mirror. Only HTTP ports that both services have are mirrored.
 *
 * @param own ports of the mirrored service. @param find the service of that name.
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

/** The edge of the copies of an edge's requests: its source may send each copy once, without a timeout. */
export function mirroredEdge(edge: Edge, mirror?: Mirror): Edge | undefined {
  if (mirror?.service === undefined || edge.source.kind === "outside") return undefined;
  const port = mirror.ports.find(({ name }) => name === edge.port.name);
  if (!port) return undefined;
  const { source, methods, paths, endUser } = edge;
  return {
    source,
    callee: mirror.service,
    port,
    methods,
    paths,
    ...(endUser && { endUser }),
    retries: noRetries,
    ownTimeout: false,
    ownRetries: false,
    asynchronous: false,
    mirrored: true,
    path: formatPath(["services", edge.callee, "traffic", "mirror"]),
  };
}
