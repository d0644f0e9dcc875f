import { formatPath, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const limited = (maxConnections: number): object => webAndApi({}, { circuitBreaker: { maxConnections } });

export const text = (service: string, limit: string): Text => ({
  message: `${limit} of "${service}" is 1: of two concurrent requests, one is rejected with 503`,
  fix: "set it to the highest number of concurrent requests of a calling proxy, or omit it",
});

export const breakerTakesMore: MeshRule = {
  code: "MW507",
  severity: "warning",
  title: "A circuit breaker allows more than one concurrent request",
  why: [
    "A limit of 1 is the value of Istio's circuit breaking task, where it shows how requests are rejected.",
    "In operation it rejects concurrent requests with 503, even at a low load.",
  ],
  see: pages.circuitBreaking,
  suppress: "the application can only handle one request at a time.",
  stage: "mesh",
  examples: { wrong: limited(1), right: limited(10) },
  *check({ services, externalServices }) {
    for (const { name, path, circuitBreaker } of [...services, ...externalServices]) {
      for (const limit of ["maxConnections", "http1MaxPendingRequests", "http2MaxRequests"] as const) {
        if (circuitBreaker[limit] > 1) continue;
        yield {
          path: formatPath([...parsePath(path), "circuitBreaker", limit]),
          ...text(name, limit),
        };
      }
    }
  },
};
