import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { references } from "../references";
import { webAndApi } from "./example";

const load = { rps: 100, p99: "200ms" };

export const uncalled = (service: string): Text => ({
  message: `"${service}" has no callers, so its load can't be divided by a number of proxies`,
  fix,
});

/** @param callers paths of callers with an unknown number of pods. */
export const uncounted = (service: string, callers: readonly string[]): Text => ({
  message: `the number of proxies of ${callers.join(", ")} is unknown, and so is the share of the load of "${service}" that each proxy sends`,
  fix,
});

const fix = "add callers, the smallest number of proxies that call at the same time";

export const callersCounted: DefinitionRule = {
  code: "MW505",
  severity: "warning",
  title: "A circuit breaker that is sized from load has the number of callers",
  why: [
    "Each calling proxy has its own circuit breaker, which only counts its own requests.",
    "Limits from `load` are therefore divided by the number of proxies, which is unknown for gateways and for pods outside of the catalog.",
  ],
  see: pages.envoyCircuitBreaking,
  suppress: "the whole load may come from a single proxy.",
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
      const unknown = callers.filter(
        ([kind, caller = "", how]) =>
          kind !== "services" || how !== "calls" || !definition.services[caller]?.workload,
      );
      if (callers.length > 0 && unknown.length === 0) continue;
      const names = [...new Set(unknown.map(([kind, caller = ""]) => `${kind}.${caller}`))];
      yield {
        path: formatPath(["services", name, "load"]),
        ...(callers.length === 0 ? uncalled(name) : uncounted(name, names)),
      };
    }
  },
};
