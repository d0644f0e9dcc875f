import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { references } from "../references";
import { webAndApi } from "./example";

const load = { rps: 100, p99: "200ms" };

export const callersCounted: DefinitionRule = {
  code: "MW505",
  severity: "warning",
  title: "A circuit breaker that is sized from load knows the number of its callers",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { load }),
    right: webAndApi({}, { load: { ...load, callers: 4 } }),
  },
  *check(definition) {
    const all = [...references(definition)];
    for (const [name, { load }] of Object.entries(definition.services)) {
      if (!load || load.callers !== undefined) continue;
      const callers = all.filter(({ callee }) => callee === name).map(({ path }) => path);
      const uncounted = callers.filter(
        ([kind, caller = "", how]) =>
          kind !== "services" || how !== "calls" || !definition.services[caller]?.workload,
      );
      if (callers.length > 0 && uncounted.length === 0) continue;
      const who = [...new Set(uncounted.map(([kind, caller = ""]) => `${kind}.${caller}`))].join(", ");
      yield {
        path: formatPath(["services", name, "load"]),
        message:
          callers.length === 0
            ? `nobody calls "${name}", so there is no number of proxies to divide its load by`
            : `how many proxies ${who} runs isn't known, so the share of "${name}"'s load that each of them sends isn't either`,
        fix: "add callers, the number of all proxies that call at their fewest",
      };
    }
  },
};
