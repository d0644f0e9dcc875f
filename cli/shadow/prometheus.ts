import type { Mesh } from "../../catalog";
import { UserError } from "../../errors/userError";
import type { DryRunCount, Evidence, Observation } from "./evidence";
import { dryRunQueries, recordedQuery, trafficQueries } from "./queries";
import { indexOf, withoutScheme } from "./services";

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/**
 * Seconds between the points of time at which results are looked for. A point stands for all of its step, so a step is at most
 * a quarter of an hour. Prometheus refuses more than 11,000 points.
 */
function stepOf(hours: number): number {
  const seconds = hours * 3600;
  return Math.ceil(Math.max(60, Math.min(900, seconds / 240), seconds / 10_000));
}

/**
 * Reads the traffic and the results of the dry runs from Prometheus.
 *
 * @param url base URL of Prometheus. @param hours length of the window. @param now its end, in milliseconds.
 * @throws {UserError} if it does not answer, or refuses a query.
 */
export async function readPrometheus(mesh: Mesh, url: string, hours: number, now: number): Promise<Evidence> {
  const window = `${Math.round(hours * 60)}m`;
  const time = String(now / 1000);
  const instant = async (queries: readonly string[]): Promise<Series[]> =>
    (await Promise.all(queries.map((query) => ask(url, "query", { query, time })))).flat();
  const step = stepOf(hours);
  const [traffic, results, recorded] = await Promise.all([
    instant(trafficQueries(window)),
    instant(dryRunQueries(window)),
    ask(url, "query_range", {
      query: recordedQuery,
      start: String(now / 1000 - hours * 3600 + step),
      end: time,
      step: String(step),
    }),
  ]);
  const index = indexOf(mesh);
  const pods = new Map<string, string>();
  const observations = traffic.flatMap(({ metric, value }): Observation[] => {
    const { destination_workload_namespace: namespace = "", destination_canonical_service: name = "" } =
      metric;
    const service = index.byCanonicalName(namespace, name);
    if (service === undefined) return [];
    pods.set(podOf(metric), service);
    const { source_principal: principal = "unknown" } = metric;
    const requests = Math.round(Number(value?.[1] ?? 0));
    if (requests === 0) return [];
    return [
      {
        service,
        ...(principal !== "unknown" && { principal: withoutScheme(principal) }),
        requests,
        denied: 0,
      },
    ];
  });
  const serviceOf = ({ metric }: Series): string | undefined =>
    pods.get(podOf(metric)) ?? byName(mesh, metric);
  return {
    source: "Prometheus",
    observations,
    dryRuns: counts(mesh, results, recorded, serviceOf, step),
    hours,
    unread: 0,
  };
}

function counts(
  mesh: Mesh,
  results: readonly Series[],
  recorded: readonly Series[],
  serviceOf: (series: Series) => string | undefined,
  step: number,
): Map<string, DryRunCount> {
  const found = mesh.services.flatMap(({ name }): [string, DryRunCount][] => {
    const own = results.filter((series) => serviceOf(series) === name);
    if (own.length === 0) return [];
    const sum = (matches: (labels: Series["metric"]) => boolean): number =>
      Math.round(
        own
          .filter(({ metric }) => matches(metric))
          .reduce((all, { value }) => all + Number(value?.[1] ?? 0), 0),
      );
    // A proxy evaluates the dry runs of both actions for one request.
    const ofAction = ["allow", "deny"].map((action) =>
      sum((labels) => labels.authz_dry_run_action === action),
    );
    const times = recorded
      .filter((series) => serviceOf(series) === name)
      .flatMap(({ values = [] }) => values.map(([time]) => time));
    return [
      [
        name,
        {
          requests: Math.max(...ofAction),
          denied: sum((labels) => labels.authz_dry_run_result === "denied"),
          hours: (new Set(times).size * step) / 3600,
        },
      ],
    ];
  });
  return new Map(found);
}

function podOf({ namespace = "", pod = "" }: Series["metric"]): string {
  return `${namespace}/${pod}`;
}

/** A pod without traffic is named by its workload: `<service>[-<version>]-<hashes>`. */
function byName({ services }: Mesh, { namespace, pod = "" }: Series["metric"]): string | undefined {
  const candidates = services.filter(
    (service) => service.namespace === namespace && pod.startsWith(`${service.name}-`),
  );
  return candidates.toSorted((one, other) => other.name.length - one.name.length)[0]?.name;
}

async function ask(url: string, path: string, parameters: Record<string, string>): Promise<Series[]> {
  const address = `${url.replace(/\/+$/, "")}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
  const response = await fetch(address, { signal: AbortSignal.timeout(60_000) }).catch((error: unknown) => {
    throw new UserError({
      problem: `Prometheus does not answer at ${url}.`,
      details: (error as { cause?: Error }).cause?.message ?? (error as Error).message,
      fix: "Correct --prometheus, or leave it out: then a port is forwarded to the Prometheus of the cluster",
      cause: error,
    });
  });
  const body = (await response.json().catch(() => ({}))) as {
    status?: string;
    error?: string;
    data?: { result?: Series[] };
  };
  if (body.status !== "success" || body.data?.result === undefined) {
    throw new UserError({
      problem: `Prometheus at ${url} does not answer a query: HTTP ${response.status}.`,
      ...(body.error !== undefined && { details: body.error }),
      fix: "Correct --prometheus, or choose a shorter --window",
    });
  }
  return body.data.result;
}
