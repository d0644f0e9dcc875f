import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const loadBalancing = { locality: { failover: [{ from: "us-west", to: "us-east" }] } };

export const failoverNeedsOutlierDetection: MeshRule = {
  code: "MW501",
  severity: "error",
  title: "Failover between regions comes with outlier detection",
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
        message: `"${name}" has a failover, and without outlier detection no endpoint ever counts as unhealthy: it never fails over`,
        fix: "remove outlierDetection: false",
      };
    }
  },
};
