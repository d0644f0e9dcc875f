import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const sticky = (v1: number, v2: number): object =>
  webAndApi(
    {},
    {
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1, v2 } },
      loadBalancing: { consistentHash: { httpHeaderName: "x-session" } },
    },
  );

export const stickyVersions: DefinitionRule = {
  code: "MW363",
  severity: "warning",
  title: "Sessions are not spread over versions by weight",
  stage: "definition",
  examples: { wrong: sticky(80, 20), right: sticky(100, 0) },
  *check({ services }) {
    for (const [name, { loadBalancing, traffic }] of Object.entries(services)) {
      const shares = Object.entries(traffic?.weights ?? {}).filter(([, weight]) => weight > 0);
      if (!loadBalancing?.consistentHash || shares.length < 2) continue;
      yield {
        path: formatPath(["services", name, "loadBalancing", "consistentHash"]),
        message: `the weights of "${name}" choose a version anew for each request (${shares.map(([version, weight]) => `${version}: ${weight}`).join(", ")}), and consistentHash chooses an endpoint only within that version: a session moves between versions`,
        fix: "give one version all of the weight and route sessions to others by traffic.headerRoutes, or suppress this if a session may move",
      };
    }
  },
};
