import type { Difference } from "./change";
import type { Model } from "./model";
import { titleOf } from "./object";
import { ratesIn } from "./rateLimit";
import { envoyFilters, unreadOf } from "./unread";
import type { Workload } from "./workload";

/** Returns changes of the EnvoyFilters that only limit the rate of requests to a workload. New ones are not read, and found as such. */
export function limitDifferences(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  if (old.proxy === "none" || now.proxy === "none") return [];
  const [was, is] = [filtersOf(before, old), filtersOf(after, now)];
  return [...was].flatMap(([name, had]): Difference[] => {
    const has = is.get(name);
    if (has?.text === had.text) return [];
    const [first, last] = [had.rates.join("; "), has?.rates.join("; ") ?? ""];
    const sameRates = has !== undefined && first === last;
    return [
      {
        kind: "limits changed",
        workload: now,
        sure: true,
        before: sameRates || first === "" ? `the limits of ${name}` : first,
        after: has === undefined ? "no such limit" : sameRates ? "other settings of it" : last || "no rate",
        ...(sameRates && { sameRates }),
        by: has === undefined ? [] : [has.from],
        extent: has?.text ?? "",
      },
    ];
  });
}

interface Limits {
  readonly from: Difference["by"][number];
  readonly rates: readonly string[];
  readonly text: string;
}

/** The filters about limits alone, by title. */
function filtersOf(model: Model, workload: Workload): Map<string, Limits> {
  const all = unreadOf(model, workload);
  const named = envoyFilters(model, workload).flatMap((filter): (readonly [string, Limits])[] => {
    const own = all.filter(({ from }) => from.name === filter.name && from.namespace === filter.namespace);
    const isLimit = own.length > 0 && own.every(({ about }) => about === "limits");
    const [first] = own;
    if (!isLimit || !first) return [];
    return [
      [titleOf(filter), { from: first.from, rates: ratesIn(filter.spec), text: JSON.stringify(filter.spec) }],
    ];
  });
  return new Map(named);
}
