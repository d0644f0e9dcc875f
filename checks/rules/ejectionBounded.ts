import { formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const ejecting = (maxEjectionPercent: number): object => ({
  circuitBreaker: { outlierDetection: { maxEjectionPercent } },
});

export const ejectionBounded: MeshRule = {
  code: "MW502",
  severity: "warning",
  title: "At most half of a service's endpoints can be ejected, unless others take over",
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
        message: `up to ${percent} % of the endpoints of "${name}" can be ejected at once: those that are left break under the load`,
        fix: "set it to at most 50",
      };
    }
  },
};
