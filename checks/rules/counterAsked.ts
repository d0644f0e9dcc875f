import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, counter, http, limited, rateLimitService } from "./example";

export const counterAsked: DefinitionRule = {
  code: "MW704",
  severity: "error",
  title: "The rate limit service is asked over gRPC, and has no global limit itself",
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: limited, counter: { ports: { http } } }, rateLimitService },
    right: { ...base, services: { web: limited, counter }, rateLimitService },
  },
  *check({ services, rateLimitService: definition }, _, hasFailed) {
    if (!definition) return;
    const { service, port: chosen } = definition;
    const { ports = {}, globalRateLimits } = services[service] ?? {};
    const [only] = Object.keys(ports);
    const port = chosen ?? only ?? "";
    const protocol = ports[port]?.protocol;
    if (
      protocol !== undefined &&
      protocol !== "grpc" &&
      !hasFailed(formatPath(["services", service, "ports"]))
    ) {
      yield {
        path: "rateLimitService",
        message: `the port "${port}" of "${service}" speaks ${protocol}, and proxies ask over gRPC`,
        fix: "name its gRPC port, or declare the port's protocol as grpc",
      };
    }
    if (globalRateLimits) {
      yield {
        path: `services.${service}.globalRateLimits`,
        message: `"${service}" counts for the mesh, and would have to ask itself whether it may be asked`,
        fix: "remove it, or use rateLimit, which each pod counts by itself",
      };
    }
  },
};
