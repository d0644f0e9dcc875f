import { formatPath, isHttp } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };

export const text = (service: string, versions: readonly string[]): Text => ({
  message: `"${service}" has the versions ${versions.join(", ")}, and no weights`,
  fix: `add traffic: { weights: { ${versions.map((one, i) => `${one}: ${i === 0 ? 100 : 0}`).join(", ")} } }`,
});

export const weightsGiven: DefinitionRule = {
  code: "MW202",
  severity: "error",
  title: "A service with several versions sets their weights",
  why: [
    "Without weights, Envoy balances over the pods of all versions, so a version's share depends on its number of replicas.",
    "A canary with as many pods as the stable version would immediately receive half of the requests.",
  ],
  see: pages.trafficShifting,
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { versions }),
    right: webAndApi({}, { versions, traffic: { weights: { v1: 100, v2: 0 } } }),
  },
  *check(definition, isWritten) {
    for (const [name, { ports = {}, versions: declared = {} }] of Object.entries(definition.services)) {
      const names = Object.keys(declared);
      const http = Object.values(ports).some(({ protocol }) => isHttp(protocol));
      if (!http || names.length < 2 || isWritten("services", name, "traffic", "weights")) continue;
      yield {
        path: formatPath(["services", name, "versions"]),
        ...text(name, names),
      };
    }
  },
};
