import { formatPath, type Service } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
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

/** @param share which requests are routed to the version. */
export const text = (service: string, version: string, share: string): Text => ({
  message: `${share} to the version "${version}" of "${service}", which has no pods: they are answered with 503`,
  fix: `run at least one replica of "${version}", or route no requests to it`,
});

export const noPods = (service: string): Text => ({
  message: `requests are routed to "${service}", which has no pods: they are answered with 503`,
  fix: "run at least one replica, or remove the calls and routes to it",
});

export const shares = {
  weight: (percent: number) => `${percent} % of the requests are routed`,
  headers: "requests with these headers are routed",
  mirror: (percent: number) => `${percent} % of the requests are mirrored`,
} as const;

export const versionRuns: MeshRule = {
  code: "MW207",
  severity: "warning",
  title: "A service or version that receives requests has pods",
  why: [
    "A subset without endpoints has no healthy host, so Envoy answers its requests with 503 and the flag UH.",
    "Weights are not redistributed to the versions that have pods.",
  ],
  see: pages.trafficShifting,
  suppress: "another tool scales the version before it receives requests.",
  stage: "mesh",
  examples: { wrong: canary(0), right: canary(1) },
  *check({ services }) {
    for (const service of services) {
      const idle = service.workloads.filter(({ replicas, autoscaling }) => replicas === 0 && !autoscaling);
      for (const { version } of idle) {
        for (const [path, share] of targets(service, version)) {
          yield {
            path: formatPath(["services", service.name, ...path]),
            ...text(service.name, version, share),
          };
        }
      }
      const { name, incoming, versions } = service;
      if (versions.length === 0 && idle.length > 0 && incoming.length > 0) {
        yield { path: formatPath(["services", name, "workload", "replicas"]), ...noPods(name) };
      }
    }
  },
};

/** The paths by which the catalog routes or mirrors requests to a version, with the share of each. */
function* targets(
  { versions, headerRoutes, mirror }: Service,
  version: string,
): Iterable<[path: (string | number)[], share: string]> {
  const weight = versions.find(({ name }) => name === version)?.weight;
  if (weight !== undefined && weight > 0) {
    yield [["traffic", "weights", version], shares.weight(weight)];
  }
  for (const [i, route] of headerRoutes.entries()) {
    if (route.version !== version) continue;
    yield [["traffic", "headerRoutes", i], shares.headers];
  }
  if (mirror?.version === version) {
    yield [["traffic", "mirror"], shares.mirror(mirror.percentage)];
  }
}
