import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, counter, limited, rateLimitService } from "./example";

export const limitsCounted: DefinitionRule = {
  code: "MW703",
  severity: "error",
  title: "Somebody counts requests for global limits",
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
        message: `the mesh has no rateLimitService, so nobody counts the requests to all pods of "${name}"`,
        fix: "add rateLimitService with the service that counts, or use rateLimit, which each pod counts by itself",
      };
    }
  },
};
