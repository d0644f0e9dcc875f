import type { Mesh } from "../../catalog";
import type { DryRunCount, Evidence, Observation } from "./evidence";
import { indexOf, type ServiceIndex, withoutScheme } from "./services";

/** A line of an access log, by the names of the catalog's format and of Istio's own JSON format. */
interface Entry {
  readonly observation: Observation;
  readonly time: number | undefined;
  /** Whether a dry run was evaluated. */
  readonly evaluated: boolean;
}

/** Reads access logs of servers' proxies: one JSON object a line, also behind a prefix, as `kubectl logs --prefix` writes. */
export function readLogs(mesh: Mesh, text: string): Evidence {
  const index = indexOf(mesh);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const entries = lines.flatMap((line) => entryOf(line, index) ?? []);
  const groups = Map.groupBy(entries, ({ observation: { service, principal, method, path } }) =>
    JSON.stringify([service, principal, method, path]),
  );
  const observations = [...groups.values()].flatMap((same) => {
    const denied = same.filter((one) => one.observation.denied > 0).length;
    return same.slice(0, 1).map(({ observation }) => ({ ...observation, requests: same.length, denied }));
  });
  const evaluated = Map.groupBy(
    entries.filter((one) => one.evaluated),
    ({ observation }) => observation.service,
  );
  const dryRuns = new Map(
    [...evaluated].map(([service, own]): [string, DryRunCount] => [
      service,
      {
        requests: own.length,
        denied: own.filter(({ observation }) => observation.denied > 0).length,
        hours: hoursOf(own),
      },
    ]),
  );
  return {
    source: "access logs",
    observations,
    dryRuns,
    hours: hoursOf(entries),
    unread: lines.length - entries.length,
  };
}

function entryOf(line: string, index: ServiceIndex): Entry | undefined {
  const fields = fieldsOf(line);
  if (fields === undefined) return undefined;
  const text = (...names: string[]): string | undefined =>
    names
      .map((name) => fields[name])
      .find((value): value is string => typeof value === "string" && value !== "" && value !== "-");
  // A client's proxy and a gateway log the same request once more.
  if (text("upstream_cluster")?.startsWith("outbound|") === true) return undefined;
  const service =
    index.byIdentity(text("destination_identity") ?? "") ??
    index.byHost(text("destination_service", "authority") ?? "");
  if (service === undefined) return undefined;
  // The enforced policies have denied it already, so it uses no rule.
  const isRefused = text("response_code_details")?.startsWith("rbac_access_denied") === true;
  const results = [text("dry_run_allow_result"), text("dry_run_deny_result")];
  const principal = text("source_identity");
  const method = text("request_method", "method");
  const path = text("request_path", "path")?.replace(/[?#].*$/, "");
  const time = Date.parse(text("request_time", "start_time") ?? "");
  if (isRefused) return undefined;
  return {
    observation: {
      service,
      ...(principal !== undefined && { principal: withoutScheme(principal) }),
      ...(method !== undefined && { method }),
      ...(path !== undefined && { path }),
      requests: 1,
      denied: results.includes("denied") ? 1 : 0,
    },
    time: Number.isNaN(time) ? undefined : time,
    evaluated: results.some((result) => result !== undefined),
  };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  const start = line.indexOf("{");
  if (start < 0) return undefined;
  try {
    return JSON.parse(line.slice(start)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function hoursOf(entries: readonly Entry[]): number {
  const times = entries.flatMap(({ time }) => time ?? []);
  if (times.length === 0) return 0;
  const [first, last] = times.reduce<readonly [number, number]>(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [Infinity, -Infinity],
  );
  return (last - first) / 3_600_000;
}
