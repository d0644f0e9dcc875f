import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const mirrored = (v1: number, v2: number): object =>
  webAndApi(
    {},
    {
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1, v2 }, mirror: { version: "v2", percentage: 10 } },
    },
  );

export const mirrorElsewhere: DefinitionRule = {
  code: "MW206",
  severity: "error",
  title: "Requests are mirrored to a version or service that doesn't get them anyway",
  stage: "definition",
  examples: { wrong: mirrored(90, 10), right: mirrored(100, 0) },
  *check(definition) {
    for (const [name, { versions = {}, traffic }] of Object.entries(definition.services)) {
      if (!traffic?.mirror) continue;
      const { mirror, weights } = traffic;
      if (mirror.service === name) {
        yield {
          path: formatPath(["services", name, "traffic", "mirror", "service"]),
          message: `"${name}" would get copies of the requests that it gets anyway`,
          fix: "mirror to another service, or to one of its versions",
        };
      }
      if (mirror.version === undefined) continue;
      const weight = weights ? (weights[mirror.version] ?? 0) : Object.keys(versions).length === 1 ? 100 : 0;
      if (weight === 0) continue;
      yield {
        path: formatPath(["services", name, "traffic", "mirror", "version"]),
        message: `"${mirror.version}" of "${name}" gets ${weight} % of the requests, and would get copies of them as well`,
        fix: `give "${mirror.version}" the weight 0, or mirror to another version`,
      };
    }
  },
};
