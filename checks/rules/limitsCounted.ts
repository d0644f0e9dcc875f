import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, counter, limited, rateLimitService } from "./example";

export const text = (service: string): Text => ({
  message: `the mesh has no rateLimitService, so no component counts the requests to all pods of "${service}"`,
  fix: "add rateLimitService with the service that counts requests, or use rateLimit, which each pod counts for itself",
});

export const limitsCounted: DefinitionRule = {
  code: "MW703",
  severity: "error",
  title: "Global rate limits have a rate limit service",
  why: [
    "For a global limit, each proxy calls a rate limit service that counts the requests of all pods.",
    "Without such a service no proxy limits anything.",
  ],
  see: pages.rateLimit,
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: limited } },
    right: { ...base, services: { web: limited, counter }, rateLimitService },
  },
  *check({ services }, isWritten) {
    if (isWritten("rateLimitService")) return;
    for (const [name, { globalRateLimits }] of Object.entries(services)) {
      if (!globalRateLimits) continue;
      yield {
        path: formatPath(["services", name, "globalRateLimits"]),
        ...text(name),
      };
    }
  },
};
