import { type CallDefinition, type CallDryRun, type HttpMethod, normalizeCallDryRun } from "./call";
import { milliseconds } from "./duration";
import { type EndUser, normalizeEndUser } from "./jwt";
import { compare, sortedEntries } from "./order";
import { formatPath } from "./path";
import { isHttp, type Port, portOf } from "./port";
import { edgeRetries, noRetries, type Retries } from "./retries";
import type { Labels } from "./selector";
import { isList } from "./typeGuards";

/** The source of an edge: a caller with an identity that the callee's AuthorizationPolicy can match. */
export interface Source {
  /** The kind of caller. `outside` is a caller that the catalog admits but does not declare. */
  readonly kind: "service" | "gateway" | "outside";
  readonly name: string;
  readonly namespace: string;
  /**
   * The SPIFFE identity without its scheme: `cluster.local/ns/<namespace>/sa/<service account>`. Missing if every
   * service account of the namespace is admitted.
   */
  readonly principal?: string;
  /** Labels of the caller's pods. Missing if the catalog doesn't declare them. */
  readonly selector?: Labels;
}

/** An edge of the call graph with its defaults resolved. */
export interface Edge {
  readonly source: Source;
  /** Name of the called service. */
  readonly callee: string;
  readonly port: Port;
  /** HTTP methods. Empty for every method. */
  readonly methods: readonly HttpMethod[];
  /** Paths. Empty for every path. */
  readonly paths: readonly string[];
  readonly endUser?: EndUser;
  /** Timeout in milliseconds. Undefined for no timeout. */
  readonly timeout?: number;
  readonly retries: Retries;
  /** Whether the call declares its own timeout. False if it has the callee's. */
  readonly ownTimeout: boolean;
  /** Whether the call declares its own retries. False if it has the callee's, shortened to its timeout. */
  readonly ownRetries: boolean;
  /** Whether the caller responds to its own callers without waiting for the response. */
  readonly asynchronous: boolean;
  /** Whether the edge is for mirrored requests, whose responses are discarded. */
  readonly mirrored: boolean;
  /** What the call is restricted to in a dry run. Undefined without one. */
  readonly dryRun?: CallDryRun;
  /** The paths once the dry runs are enforced, of a route that is limited to its own paths only then. */
  readonly pathsAfterDryRuns?: readonly string[];
  /** Path in the catalog, such as `services.web.calls.api`. */
  readonly path: string;
}

/** The fields of a callee from which an edge takes its defaults. */
export interface Target {
  readonly name: string;
  readonly ports: readonly Port[];
  readonly timeout?: number;
  readonly retries: Retries;
}

/** Resolves the defaults of a call. `path` is its path in the catalog. */
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
    ...(call.endUser && { endUser: normalizeEndUser(call.endUser) }),
    ...(timeout !== undefined && { timeout }),
    retries: isHttp(port.protocol) ? edgeRetries(call.retries, target.retries, timeout) : noRetries,
    ownTimeout: call.timeout !== undefined,
    ownRetries: call.retries !== undefined,
    asynchronous: call.asynchronous ?? false,
    mirrored: false,
    ...(call.dryRun && { dryRun: normalizeCallDryRun(call.dryRun, call) }),
    path,
  };
}

/** The edges of a service's `calls`, sorted by callee. */
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

/** Returns the edges as they are once the dry runs of calls are enforced. */
export function afterDryRuns(edges: readonly Edge[]): Edge[] {
  return edges.flatMap(({ dryRun, endUser, pathsAfterDryRuns: paths, ...edge }) => {
    if (dryRun === "denied") return [];
    return [{ ...edge, ...(dryRun ?? (endUser && { endUser })), ...(paths && { paths }) }];
  });
}

/** Returns a source with the identity of a service account. */
export function sourceOf(
  kind: Source["kind"],
  name: string,
  namespace: string,
  serviceAccount: string,
  trustDomain: string,
): Source {
  return { kind, name, namespace, principal: `${trustDomain}/ns/${namespace}/sa/${serviceAccount}` };
}
