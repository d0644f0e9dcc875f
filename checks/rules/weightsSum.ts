import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };

export const text = (service: string, weights: readonly number[]): Text => ({
  message: `the weights of "${service}" sum to ${sumOf(weights)}: ${weights.join(" + ")}`,
  fix: "change them so that they sum to 100",
});

function sumOf(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

export const weightsSum: DefinitionRule = {
  code: "MW201",
  severity: "error",
  title: "The weights of a service's versions sum to 100",
  why: [
    "Envoy divides requests by the ratio of the weights, so 90 and 20 send 18 % of the requests to a version, not 20 %.",
    "A wrong sum is usually a forgotten version or an unfinished change of a canary.",
  ],
  see: pages.trafficShifting,
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { versions, traffic: { weights: { v1: 90, v2: 20 } } }),
    right: webAndApi({}, { versions, traffic: { weights: { v1: 90, v2: 10 } } }),
  },
  *check(definition) {
    for (const [name, { traffic }] of Object.entries(definition.services)) {
      if (!traffic?.weights) continue;
      const weights = Object.values(traffic.weights);
      if (sumOf(weights) === 100) continue;
      yield {
        path: formatPath(["services", name, "traffic", "weights"]),
        ...text(name, weights),
      };
    }
  },
};
