import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const ejecting = (maxEjectionPercent: number): object => ({
  loadBalancing: { locality: { failover: [{ from: "us-west", to: "us-east" }] } },
  circuitBreaker: { outlierDetection: { maxEjectionPercent } },
});

export const text = (service: string, percent: number): Text => ({
  message: `if more than ${percent} % of the endpoints of "${service}" fail, the others keep receiving requests: only ejected endpoints fail over to another zone or region`,
  fix: "set it to 100, or omit it",
});

export const failoverEjectsAll: MeshRule = {
  code: "MW510",
  severity: "warning",
  title: "All endpoints of a service with failover can be ejected",
  why: [
    "With failover, Envoy sends requests to another zone or region in proportion to the unhealthy endpoints of its own.",
    "Endpoints above `maxEjectionPercent` stay in the load balancing although they fail, so their requests don't fail over.",
  ],
  see: pages.localityFailover,
  suppress: "the other zone or region can't carry the whole load.",
  stage: "mesh",
  examples: { wrong: webAndApi({}, ejecting(50)), right: webAndApi({}, ejecting(100)) },
  *check({ services }) {
    for (const { name, path, loadBalancing, circuitBreaker } of services) {
      const percent = circuitBreaker.outlierDetection?.maxEjectionPercent ?? 100;
      if (!loadBalancing.locality || percent === 100) continue;
      yield {
        path: `${path}.circuitBreaker.outlierDetection.maxEjectionPercent`,
        ...text(name, percent),
      };
    }
  },
};
