import { formatPath, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const ejecting = (maxEjectionPercent: number): object => ({
  circuitBreaker: { outlierDetection: { maxEjectionPercent } },
});

export const text = (service: string, percent: number): Text => ({
  message: `up to ${percent} % of the endpoints of "${service}" can be ejected at once, and the others may fail under their load`,
  fix: "set it to at most 50",
});

export const ejectionBounded: MeshRule = {
  code: "MW502",
  severity: "warning",
  title: "At most half of a service's endpoints can be ejected, unless others take over",
  why: [
    "An ejected endpoint receives no requests, so the others take its load.",
    "If all can be ejected at once, a short overload becomes an outage: the remaining endpoints fail under twice their load or more.",
  ],
  see: pages.outlierDetection,
  suppress: "each endpoint can carry the load of several others.",
  stage: "mesh",
  examples: { wrong: webAndApi({}, ejecting(100)), right: webAndApi({}, ejecting(50)) },
  *check({ services, externalServices }, hasFailed) {
    for (const { name, path, circuitBreaker, loadBalancing } of [...services, ...externalServices]) {
      // The next zone or region takes over; MW510 requires it.
      if (loadBalancing.locality || hasFailed(`${path}.loadBalancing.locality`)) continue;
      const percent = circuitBreaker.outlierDetection?.maxEjectionPercent ?? 0;
      if (percent <= 50) continue;
      yield {
        path: formatPath([...parsePath(path), "circuitBreaker", "outlierDetection", "maxEjectionPercent"]),
        ...text(name, percent),
      };
    }
  },
};
