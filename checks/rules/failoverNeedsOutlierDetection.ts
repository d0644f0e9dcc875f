import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const loadBalancing = { locality: { failover: [{ from: "us-west", to: "us-east" }] } };

export const text = (service: string): Text => ({
  message: `"${service}" has a failover, but without outlier detection no endpoint is ever marked as unhealthy: it never fails over`,
  fix: "remove outlierDetection: false",
});

export const failoverNeedsOutlierDetection: MeshRule = {
  code: "MW501",
  severity: "error",
  title: "Failover between regions is used with outlier detection",
  why: [
    "Envoy sends requests to another region only when endpoints of the caller's region are unhealthy.",
    "Without outlier detection it never marks an endpoint that returns errors as unhealthy, so the failover does not happen.",
  ],
  see: pages.localityFailover,
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { loadBalancing, circuitBreaker: { outlierDetection: false } }),
    right: webAndApi({}, { loadBalancing }),
  },
  *check({ services }) {
    for (const {
      name,
      loadBalancing: { locality },
      circuitBreaker,
    } of services) {
      if (!locality || circuitBreaker.outlierDetection) continue;
      yield {
        path: formatPath(["services", name, "circuitBreaker", "outlierDetection"]),
        ...text(name),
      };
    }
  },
};
