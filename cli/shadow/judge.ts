import { afterDryRuns, includesPath, isDryRun, type Mesh, type Service } from "../../catalog";
import type { Evidence, Observation } from "./evidence";
import { isFrom } from "./services";
import { suggestion } from "./suggestion";

/** What a verdict requires. */
export interface Thresholds {
  readonly hours: number;
  readonly requests: number;
}

/** Requests of one caller that a dry run would deny. */
export interface Denied {
  /** Undefined for clients without an identity. */
  readonly principal?: string;
  readonly requests: number;
  readonly methods: readonly string[];
  /** The most frequent paths. */
  readonly paths: readonly string[];
  /** What to add to the catalog to allow them, or what to change. */
  readonly fix: string;
}

/** The verdict on a service whose authorization is a dry run. */
export interface Verdict {
  readonly service: string;
  readonly verdict: "clean" | "would deny" | "not enough data";
  readonly requests: number;
  readonly denied: number;
  readonly hours: number;
  /** What is missing. Only without enough data. */
  readonly missing?: string;
  readonly callers: readonly Denied[];
}

/** Something that the catalog allows and that was not used. */
export interface Unused {
  /** Path in the catalog. */
  readonly path: string;
  /** The unused part: the whole call, or a method or a path of it. */
  readonly part: string;
}

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly unused: readonly Unused[];
}

/** Judges the dry runs of a catalog by what was observed, and finds what was allowed and not used. */
export function judge(mesh: Mesh, evidence: Evidence, thresholds: Thresholds): Judgement {
  return {
    verdicts: mesh.services.filter(isDryRun).map((service) => verdictOf(mesh, service, evidence, thresholds)),
    unused: evidence.observations.length === 0 ? [] : mesh.services.flatMap((one) => unusedOf(one, evidence)),
  };
}

function verdictOf(mesh: Mesh, service: Service, evidence: Evidence, thresholds: Thresholds): Verdict {
  const { requests = 0, denied = 0, hours = 0 } = evidence.dryRuns.get(service.name) ?? {};
  const common = { service: service.name, requests, denied, hours };
  const callers = deniedCallers(mesh, service, evidence);
  if (denied > 0) return { ...common, verdict: "would deny", callers };
  const missing = !evidence.dryRuns.has(service.name)
    ? `no results of the dry run in ${evidence.source}`
    : requests < thresholds.requests
      ? `${requests} of ${thresholds.requests} requests`
      : hours < thresholds.hours
        ? `${round(hours)} of ${thresholds.hours} hours`
        : undefined;
  if (missing === undefined) return { ...common, verdict: "clean", callers: [] };
  return { ...common, verdict: "not enough data", missing, callers };
}

/** The callers that are denied: as access logs show them, or by their identity, of which metrics show nothing else. */
function deniedCallers(mesh: Mesh, service: Service, { source, observations }: Evidence): Denied[] {
  const after = afterDryRuns(service.incoming);
  const own = observations.filter((one) => one.service === service.name);
  const denied =
    source === "access logs"
      ? own.filter((one) => one.denied > 0)
      : own
          .filter(({ principal }) => !after.some((edge) => isFrom(edge, principal)))
          .map((one) => ({ ...one, denied: one.requests }));
  return [...Map.groupBy(denied, ({ principal }) => principal)]
    .map(([principal, same]): Denied => {
      const total = same.reduce((sum, one) => sum + one.denied, 0);
      const methods = mostFrequent(same, ({ method }) => method);
      const paths = mostFrequent(same, ({ path }) => path).slice(0, 5);
      return {
        ...(principal !== undefined && { principal }),
        requests: total,
        methods,
        paths,
        fix: suggestion(mesh, service, principal, methods, paths),
      };
    })
    .sort((one, other) => other.requests - one.requests);
}

function mostFrequent(
  observations: readonly Observation[],
  of: (one: Observation) => string | undefined,
): string[] {
  return [...Map.groupBy(observations, of)]
    .flatMap(([value, same]) =>
      value === undefined ? [] : [{ value, count: same.reduce((sum, one) => sum + one.denied, 0) }],
    )
    .sort((one, other) => other.count - one.count)
    .map(({ value }) => value);
}

function unusedOf(service: Service, { observations }: Evidence): Unused[] {
  const own = observations.filter((one) => one.service === service.name);
  return service.incoming
    .filter(({ mirrored }) => !mirrored)
    .flatMap((edge): Unused[] => {
      const used = own.filter(({ principal }) => isFrom(edge, principal));
      if (used.length === 0) return [{ path: edge.path, part: "the whole call" }];
      const known = used.flatMap(({ method, path }) =>
        method === undefined || path === undefined ? [] : [{ method, path }],
      );
      if (known.length === 0) return [];
      const within = known.filter(
        ({ method, path }) =>
          (edge.methods.length === 0 || edge.methods.some((one) => one === method)) &&
          (edge.paths.length === 0 || edge.paths.some((pattern) => includesPath(pattern, path))),
      );
      if (within.length === 0) return [{ path: edge.path, part: "the whole call" }];
      return [
        ...edge.methods
          .filter((one) => within.every(({ method }) => method !== one))
          .map((method) => ({ path: edge.path, part: `the method ${method}` })),
        ...edge.paths
          .filter((pattern) => within.every(({ path }) => !includesPath(pattern, path)))
          .map((pattern) => ({ path: edge.path, part: `the path "${pattern}"` })),
      ];
    });
}

/** Hours with one digit. */
export function round(hours: number): number {
  return Math.round(hours * 10) / 10;
}
