import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
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

export const text = (
  service: string,
  shares: readonly (readonly [version: string, weight: number])[],
): Text => ({
  message: `the weights of "${service}" choose a version for each request (${shares.map(([version, weight]) => `${version}: ${weight}`).join(", ")}), and consistentHash chooses an endpoint only within that version: a session moves between versions`,
  fix: "set the weight of one version to 100 and route sessions to others with traffic.headerRoutes, or suppress this if a session may move",
});

export const stickyVersions: DefinitionRule = {
  code: "MW363",
  severity: "warning",
  title: "Session affinity is not combined with weights",
  why: [
    "A weighted route chooses the version of each request at random, before the load balancer hashes the session.",
    "A session therefore moves between versions with every request, which breaks clients that keep state in one version.",
  ],
  see: pages.loadBalancers,
  suppress: "a session may move between versions, for example because only caches depend on it.",
  stage: "definition",
  examples: { wrong: sticky(80, 20), right: sticky(100, 0) },
  *check({ services }) {
    for (const [name, { loadBalancing, traffic }] of Object.entries(services)) {
      const shares = Object.entries(traffic?.weights ?? {}).filter(([, weight]) => weight > 0);
      if (!loadBalancing?.consistentHash || shares.length < 2) continue;
      yield {
        path: formatPath(["services", name, "loadBalancing", "consistentHash"]),
        ...text(name, shares),
      };
    }
  },
};
