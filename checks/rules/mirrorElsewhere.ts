import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const mirrored = (v1: number, v2: number): object =>
  webAndApi(
    {},
    {
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1, v2 }, mirror: { version: "v2", percentage: 10 } },
    },
  );

export const toItself = (service: string): Text => ({
  message: `"${service}" would receive copies of its own requests`,
  fix: "mirror to another service, or to one of its versions",
});

export const toWeighted = (service: string, version: string, weight: number): Text => ({
  message: `"${version}" of "${service}" receives ${weight} % of the requests, and would receive copies of them as well`,
  fix: `set the weight of "${version}" to 0, or mirror to another version`,
});

export const mirrorElsewhere: DefinitionRule = {
  code: "MW206",
  severity: "error",
  title: "Requests are mirrored to a version or service that does not receive them",
  why: [
    "A mirrored request is sent a second time, and its response is discarded.",
    "If the target receives the original requests too, it performs each of them twice, such as a payment.",
  ],
  see: pages.mirroring,
  stage: "definition",
  examples: { wrong: mirrored(90, 10), right: mirrored(100, 0) },
  *check(definition) {
    for (const [name, { versions = {}, traffic }] of Object.entries(definition.services)) {
      if (!traffic?.mirror) continue;
      const { mirror, weights } = traffic;
      if (mirror.service === name) {
        yield {
          path: formatPath(["services", name, "traffic", "mirror", "service"]),
          ...toItself(name),
        };
      }
      if (mirror.version === undefined) continue;
      const weight = weights ? (weights[mirror.version] ?? 0) : Object.keys(versions).length === 1 ? 100 : 0;
      if (weight === 0) continue;
      yield {
        path: formatPath(["services", name, "traffic", "mirror", "version"]),
        ...toWeighted(name, mirror.version, weight),
      };
    }
  },
};
