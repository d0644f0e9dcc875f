import { type CallDefinition, formatPath, type ServiceDefinition } from "../../catalog";
import { mirrors, portsOf, type Reference, references } from "../references";
import type { DefinitionRule } from "../rule";
import { base, http, webAndApi } from "./example";

export const reachable: DefinitionRule = {
  code: "MW111",
  severity: "info",
  title: "A service is called, or calls others",
  stage: "definition",
  needsWhole: true,
  examples: {
    wrong: {
      ...base,
      services: {
        web: { ports: { http }, calls: { api: {} } },
        api: { ports: { http } },
        old: { ports: { http } },
      },
    },
    right: webAndApi({}, {}),
  },
  *check(definition) {
    const all = [...references(definition)].filter(
      ({ callee, call, path }) => path[2] !== "admit" || !isScraping(call, definition.services[callee]),
    );
    // Without a single call nobody has begun to say who calls whom; and a name that isn't declared may mean any of them.
    if (all.every(isCounting) || all.some((reference) => !portsOf(definition, reference))) return;
    const involved = new Set<string>();
    for (const { callee, path } of all) {
      const caller = path[2] === "calls" ? String(path[1]) : undefined;
      // Its own replicas don't bring it into anybody's reach.
      if (caller === callee) continue;
      involved.add(callee);
      if (caller !== undefined) involved.add(caller);
    }
    for (const { service, target } of mirrors(definition)) {
      if (service !== target) involved.add(target);
    }
    for (const name of Object.keys(definition.services)) {
      if (involved.has(name)) continue;
      yield {
        path: formatPath(["services", name]),
        message: `no gateway routes to "${name}", no service calls it, it admits nobody but who reads its metrics, and calls nobody: every other request to it is denied`,
        fix: "declare who calls it, by calls, a gateway's route or admit; or remove it",
      };
    }
  },
};

/** Whoever only reads what a service reports of itself doesn't use it. */
function isScraping({ paths }: CallDefinition, service: ServiceDefinition | undefined): boolean {
  const metrics = service?.workload?.annotations?.["prometheus.io/path"] ?? "/metrics";
  return paths?.every((path) => path === metrics) ?? false;
}

/** What proxies ask of the rate limit service says nothing of who calls whom. */
function isCounting({ path }: Reference): boolean {
  return path[0] === "rateLimitService";
}
