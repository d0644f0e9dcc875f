import { explainLoad, formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const load = { rps: 1000, p99: "500ms", callers: 2 };

export const breakerCarriesLoad: MeshRule = {
  code: "MW506",
  severity: "warning",
  title: "A circuit breaker lets the declared load through",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { load, circuitBreaker: { http2MaxRequests: 200 } }),
    right: webAndApi({}, { load, circuitBreaker: { http2MaxRequests: 600 } }),
  },
  *check({ services }) {
    for (const { name, load, circuitBreaker, ports } of services) {
      if (!load) continue;
      const needed = Math.ceil(load.concurrency / load.callers);
      // Only over HTTP/1.1 does every request under way need a connection of its own.
      const limits = ports.some(({ protocol }) => protocol === "http")
        ? (["maxConnections", "http2MaxRequests"] as const)
        : (["http2MaxRequests"] as const);
      for (const limit of limits) {
        if (circuitBreaker[limit] >= needed) continue;
        yield {
          path: formatPath(["services", name, "circuitBreaker", limit]),
          message: `each calling proxy may have ${circuitBreaker[limit]} requests under way to "${name}", and its share of the load is ${needed}: ${explainLoad(load)}`,
          fix: `set it to at least ${needed}, or leave it out to have ${load.share}`,
        };
      }
    }
  },
};
