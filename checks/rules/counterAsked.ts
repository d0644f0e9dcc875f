import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, counter, http, limited, rateLimitService } from "./example";

export const otherProtocol = (service: string, port: string, protocol: string): Text => ({
  message: `the port "${port}" of "${service}" has the protocol ${protocol}, and proxies call it over gRPC`,
  fix: "set its gRPC port, or declare the port's protocol as grpc",
});

export const limitsItself = (service: string): Text => ({
  message: `"${service}" is the rate limit service, so it can't have globalRateLimits itself`,
  fix: "remove it, or use rateLimit, which each pod counts for itself",
});

export const counterAsked: DefinitionRule = {
  code: "MW704",
  severity: "error",
  title: "The rate limit service has a gRPC port and no global limit of its own",
  why: [
    "Envoy calls a rate limit service over gRPC only.",
    "A global limit of the rate limit service itself would make each of its calls trigger another one.",
  ],
  see: pages.rateLimit,
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
        ...otherProtocol(service, port, protocol),
      };
    }
    if (globalRateLimits) {
      yield {
        path: `services.${service}.globalRateLimits`,
        ...limitsItself(service),
      };
    }
  },
};
