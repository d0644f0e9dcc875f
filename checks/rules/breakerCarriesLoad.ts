import { explainLoad, formatPath, type Service } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const load = { rps: 1000, p99: "500ms", callers: 2 };

export const text = (
  service: string,
  limit: number,
  needed: number,
  load: NonNullable<Service["load"]>,
): Text => ({
  message: `each calling proxy may have ${limit} concurrent requests to "${service}", and its share of the load is ${needed}: ${explainLoad(load)}`,
  fix: `set it to at least ${needed}, or omit it to use ${load.share}`,
});

export const breakerCarriesLoad: MeshRule = {
  code: "MW506",
  severity: "warning",
  title: "A circuit breaker allows the declared load",
  why: [
    "A proxy fails requests above its circuit breaker's limit at once, with 503 and the flag UO.",
    "A limit below the proxy's share of the declared load rejects requests in normal operation.",
  ],
  see: pages.envoyCircuitBreaking,
  suppress: "rejected requests are intended, for example to protect another service.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { load, circuitBreaker: { http2MaxRequests: 200 } }),
    right: webAndApi({}, { load, circuitBreaker: { http2MaxRequests: 600 } }),
  },
  *check({ services }) {
    for (const { name, load, circuitBreaker, ports } of services) {
      if (!load) continue;
      const needed = Math.ceil(load.concurrency / load.callers);
      // Only HTTP/1.1 needs a connection for each concurrent request.
      const limits = ports.some(({ protocol }) => protocol === "http")
        ? (["maxConnections", "http2MaxRequests"] as const)
        : (["http2MaxRequests"] as const);
      for (const limit of limits) {
        if (circuitBreaker[limit] >= needed) continue;
        yield {
          path: formatPath(["services", name, "circuitBreaker", limit]),
          ...text(name, circuitBreaker[limit], needed, load),
        };
      }
    }
  },
};
