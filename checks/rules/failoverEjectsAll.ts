import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const ejecting = (maxEjectionPercent: number): object => ({
  loadBalancing: { locality: { failover: [{ from: "us-west", to: "us-east" }] } },
  circuitBreaker: { outlierDetection: { maxEjectionPercent } },
});

export const failoverEjectsAll: MeshRule = {
  code: "MW510",
  severity: "warning",
  title: "All endpoints of a service with failover can be ejected",
  stage: "mesh",
  examples: { wrong: webAndApi({}, ejecting(50)), right: webAndApi({}, ejecting(100)) },
  *check({ services }) {
    for (const { name, path, loadBalancing, circuitBreaker } of services) {
      const percent = circuitBreaker.outlierDetection?.maxEjectionPercent ?? 100;
      if (!loadBalancing.locality || percent === 100) continue;
      yield {
        path: `${path}.circuitBreaker.outlierDetection.maxEjectionPercent`,
        message: `if more than ${percent} % of the endpoints of "${name}" fail, the rest of them keep their requests: only ejected endpoints fail over to another zone or region`,
        fix: "set it to 100, or leave it out",
      };
    }
  },
};
