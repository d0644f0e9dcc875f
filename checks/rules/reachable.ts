import { type CallDefinition, formatPath, type ServiceDefinition } from "../../catalog";
import { mirrors, portsOf, type Reference, references } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http, webAndApi } from "./example";

export const text = (service: string): Text => ({
  message: `"${service}" has no callers and no calls: no route, call or admission leads to it, so every request except for its metrics is denied`,
  fix: "declare its callers by calls, a gateway's route or admit; or remove it",
});

export const reachable: DefinitionRule = {
  code: "MW111",
  severity: "info",
  title: "Every service is called, or calls others",
  why: [
    "Default deny blocks every request that no call, route or admission allows.",
    "A service without any of them is unreachable: it was forgotten in the calls of others, or is no longer used.",
  ],
  see: pages.authorizationPolicy,
  suppress: "the service has another source of work, such as a schedule, or a queue outside of the mesh.",
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
    // Without any call the call graph is not declared yet. An undeclared name may mean any service.
    if (all.every(isCounting) || all.some((reference) => !portsOf(definition, reference))) return;
    const involved = new Set<string>();
    for (const { callee, path } of all) {
      const caller = path[2] === "calls" ? String(path[1]) : undefined;
      // Calls between replicas of one service don't make it reachable.
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
        ...text(name),
      };
    }
  },
};

/** Whether a call only reads the service's metrics. */
function isScraping({ paths }: CallDefinition, service: ServiceDefinition | undefined): boolean {
  const metrics = service?.workload?.annotations?.["prometheus.io/path"] ?? "/metrics";
  return paths?.every((path) => path === metrics) ?? false;
}

/** Whether a reference is that of proxies to a service that counts or decides, which is not part of the call graph. */
function isCounting({ path }: Reference): boolean {
  return path[0] === "rateLimitService" || path[0] === "extensionProviders";
}
