import { formatPath, type HeaderRouteDefinition } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const canary = { headers: { "x-canary": "true" }, version: "v2" };
const beta = { headers: { "x-canary": "true", "x-user-group": "beta" }, version: "v3" };

const routed = (...headerRoutes: object[]): object =>
  webAndApi(
    {},
    {
      versions: { v1: {}, v2: {}, v3: {} },
      traffic: { weights: { v1: 100, v2: 0, v3: 0 }, headerRoutes },
    },
  );

export const text = (service: string, before: number): Text => ({
  message: `headerRoutes[${before}] of "${service}" already matches every request that this one matches`,
  fix: `move this one before headerRoutes[${before}], or remove it`,
});

export const headerRouteReachable: DefinitionRule = {
  code: "MW205",
  severity: "error",
  title: "Every header route can match a request",
  why: [
    "A VirtualService uses the first route that matches.",
    "If an earlier route requires fewer of the same headers or no cookie, it matches every request of the later one, which never applies.",
  ],
  see: pages.virtualService,
  stage: "definition",
  examples: { wrong: routed(canary, beta), right: routed(beta, canary) },
  *check(definition, _, hasFailed) {
    for (const [name, { traffic }] of Object.entries(definition.services)) {
      const routes = traffic?.headerRoutes ?? [];
      const path = ["services", name, "traffic", "headerRoutes"];
      for (const [i, route] of routes.entries()) {
        const before = routes.findIndex((other, j) => j < i && takesAll(other, route));
        if (before < 0 || hasFailed(formatPath([...path, before]))) continue;
        yield {
          path: formatPath([...path, i]),
          ...text(name, before),
        };
      }
    }
  },
};

/** Whether one route matches every request that the other one matches. */
function takesAll(one: HeaderRouteDefinition, other: HeaderRouteDefinition): boolean {
  return (
    Object.entries(one.headers ?? {}).every(([header, value]) => other.headers?.[header] === value) &&
    (!one.cookie || (one.cookie.name === other.cookie?.name && one.cookie.value === other.cookie.value))
  );
}
