import { formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const limited = (maxConnections: number): object => webAndApi({}, { circuitBreaker: { maxConnections } });

export const breakerTakesMore: MeshRule = {
  code: "MW507",
  severity: "warning",
  title: "A circuit breaker takes more than one request at a time",
  stage: "mesh",
  examples: { wrong: limited(1), right: limited(10) },
  *check({ services, externalServices }) {
    for (const { name, path, circuitBreaker } of [...services, ...externalServices]) {
      for (const limit of ["maxConnections", "http1MaxPendingRequests", "http2MaxRequests"] as const) {
        if (circuitBreaker[limit] > 1) continue;
        yield {
          path: formatPath([...parsePath(path), "circuitBreaker", limit]),
          message: `${limit} of "${name}" is 1: of two requests at the same time one is refused with 503`,
          fix: "set it to what a calling proxy has under way at its peak, or leave it out",
        };
      }
    }
  },
};
