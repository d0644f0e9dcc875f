import { formatPath, type Service } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const canary = (replicas: number): object =>
  webAndApi(
    {},
    {
      versions: { stable: {}, canary: { replicas } },
      traffic: {
        weights: { stable: 100, canary: 0 },
        headerRoutes: [{ headers: { "x-canary": "true" }, version: "canary" }],
      },
      workload: { image: "api:1" },
    },
  );

export const versionRuns: MeshRule = {
  code: "MW207",
  severity: "warning",
  title: "A version that gets requests has pods",
  stage: "mesh",
  examples: { wrong: canary(0), right: canary(1) },
  *check({ services }) {
    for (const service of services) {
      const idle = service.workloads.filter(({ replicas, autoscaling }) => replicas === 0 && !autoscaling);
      for (const { version } of idle) {
        for (const [path, what] of targets(service, version)) {
          yield {
            path: formatPath(["services", service.name, ...path]),
            message: `${what} "${version}" of "${service.name}", which has no pods: they are answered with 503`,
            fix: `give "${version}" at least one replica, or no requests`,
          };
        }
      }
    }
  },
};

/** Where the catalog sends requests to a version that somebody waits for. */
function* targets(
  { versions, headerRoutes, mirror }: Service,
  version: string,
): Iterable<[path: (string | number)[], what: string]> {
  const weight = versions.find(({ name }) => name === version)?.weight;
  if (weight !== undefined && weight > 0) {
    yield [["traffic", "weights", version], `${weight} % of the requests go to the version`];
  }
  for (const [i, route] of headerRoutes.entries()) {
    if (route.version !== version) continue;
    yield [["traffic", "headerRoutes", i], "requests with these headers go to the version"];
  }
  if (mirror?.version === version) {
    yield [["traffic", "mirror"], `copies of ${mirror.percentage} % of the requests go to the version`];
  }
}
