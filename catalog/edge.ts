import type { CallDefinition, HttpMethod } from "./call";
import { milliseconds } from "./duration";
import type { EndUser } from "./jwt";
import { compare, sortedEntries } from "./order";
import { formatPath } from "./path";
import { isHttp, type Port, portOf } from "./port";
import { edgeRetries, noRetries, type Retries } from "./retries";
import type { Labels } from "./selector";
import { isList } from "./typeGuards";

/** Who makes the calls of an edge: an identity that the called service's policy can name. */
export interface Source {
  /** `outside`: a caller that the catalog doesn't declare, only admits. */
  readonly kind: "service" | "gateway" | "outside";
  readonly name: string;
  readonly namespace: string;
  /**
   * SPIFFE identity without its scheme: `cluster.local/ns/<namespace>/sa/<service account>`. Missing where every
   * account of the namespace is meant.
   */
  readonly principal?: string;
  /** Labels of its pods. Missing where the catalog doesn't declare them. */
  readonly selector?: Labels;
}

/** An edge with every default resolved. */
export interface Edge {
  readonly source: Source;
  /** Name of the called service. */
  readonly callee: string;
  readonly port: Port;
  /** Empty: every method. */
  readonly methods: readonly HttpMethod[];
  /** Empty: every path. */
  readonly paths: readonly string[];
  readonly endUser?: EndUser;
  /** Milliseconds; undefined: no limit. */
  readonly timeout?: number;
  readonly retries: Retries;
  /** Whether the call itself declares its timeout, or has it from the service. */
  readonly ownTimeout: boolean;
  /** Whether the call itself declares its retries, or has them from the service as far as they fit. */
  readonly ownRetries: boolean;
  /** Whether the source responds to its own callers without waiting for the response. */
  readonly asynchronous: boolean;
  /** Whether these are copies of requests to another service, whose answers nobody waits for. */
  readonly mirrored: boolean;
  /** Where the catalog declares it, such as `services.web.calls.api`. */
  readonly path: string;
}

/** The fields of a service that an edge to it has its defaults from. */
export interface Target {
  readonly name: string;
  readonly ports: readonly Port[];
  readonly timeout?: number;
  readonly retries: Retries;
}

/** Resolves the defaults of one call; `path` is where the catalog declares it. */
export function normalizeEdge(source: Source, call: CallDefinition, target: Target, path: string): Edge {
  const port = portOf(target.ports, call.port);
  if (!port) throw new Error(`${path}: service "${target.name}" has no port "${call.port ?? ""}"`);
  const timeout = milliseconds(call.timeout) ?? target.timeout;
  return {
    source,
    callee: target.name,
    port,
    methods: [...(call.methods ?? [])].sort(compare),
    paths: [...(call.paths ?? [])].sort(compare),
    ...(call.endUser && { endUser: { claims: call.endUser.claims ?? {} } }),
    ...(timeout !== undefined && { timeout }),
    retries: isHttp(port.protocol) ? edgeRetries(call.retries, target.retries, timeout) : noRetries,
    ownTimeout: call.timeout !== undefined,
    ownRetries: call.retries !== undefined,
    asynchronous: call.asynchronous ?? false,
    mirrored: false,
    path,
  };
}

/** The edges of a service's `calls`, sorted by the called service's name. */
export function edgesOfCalls(
  source: Source,
  calls: Readonly<Record<string, CallDefinition | readonly CallDefinition[]>>,
  find: (service: string) => Target,
): Edge[] {
  return sortedEntries(calls).flatMap(([callee, call]) => {
    const path = ["services", source.name, "calls", callee];
    const one = (each: CallDefinition, where: readonly (string | number)[]): Edge =>
      normalizeEdge(source, each, find(callee), formatPath(where));
    return isList(call) ? call.map((each, i) => one(each, [...path, i])) : [one(call, path)];
  });
}

/** A source with the identity of a service account. */
export function sourceOf(
  kind: Source["kind"],
  name: string,
  namespace: string,
  serviceAccount: string,
  trustDomain: string,
): Source {
  return { kind, name, namespace, principal: `${trustDomain}/ns/${namespace}/sa/${serviceAccount}` };
}
