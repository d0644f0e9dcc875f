import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };

export const weightsSum: DefinitionRule = {
  code: "MW201",
  severity: "error",
  title: "The weights of a service's versions sum to 100",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { versions, traffic: { weights: { v1: 90, v2: 20 } } }),
    right: webAndApi({}, { versions, traffic: { weights: { v1: 90, v2: 10 } } }),
  },
  *check(definition) {
    for (const [name, { traffic }] of Object.entries(definition.services)) {
      if (!traffic?.weights) continue;
      const weights = Object.values(traffic.weights);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      if (sum === 100) continue;
      yield {
        path: formatPath(["services", name, "traffic", "weights"]),
        message: `the weights of "${name}" sum to ${sum}: ${weights.join(" + ")}`,
        fix: "make them sum to 100",
      };
    }
  },
};
