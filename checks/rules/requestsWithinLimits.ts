import { formatPath, type MeshDefinition, parseQuantity, type Resources } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const resources = (request: string): object => ({
  ...base,
  services: {
    web: {
      ports: { http },
      workload: {
        image: "web:1",
        resources: { requests: { memory: request }, limits: { memory: "512Mi" } },
      },
    },
  },
});

export const text = (resource: "cpu" | "memory", request: string, limit: string): Text => ({
  message: `the ${resource} request is ${request}, and the limit is ${limit}: Kubernetes rejects the pod`,
  fix: `set it to at most ${limit}, or raise the limit`,
});

export const requestsWithinLimits: DefinitionRule = {
  code: "MW903",
  severity: "error",
  title: "A container's requests don't exceed its limits",
  why: [
    "The scheduler reserves the request, and the container may never use more than the limit.",
    "The API server rejects a pod with a request above its limit, so no new pod starts.",
  ],
  see: pages.kubernetesResources,
  stage: "definition",
  examples: { wrong: resources("1Gi"), right: resources("256Mi") },
  *check(definition) {
    for (const { path, of } of declared(definition)) {
      for (const resource of ["cpu", "memory"] as const) {
        const request = of.requests?.[resource];
        const limit = of.limits?.[resource];
        if (request === undefined || limit === undefined || parseQuantity(request) <= parseQuantity(limit))
          continue;
        yield {
          path: formatPath([...path, "resources", "requests", resource]),
          ...text(resource, request, limit),
        };
      }
    }
  },
};

function* declared({
  services,
}: MeshDefinition): Iterable<{ readonly path: string[]; readonly of: Resources }> {
  for (const [name, { workload, sidecar }] of Object.entries(services)) {
    if (workload?.resources) yield { path: ["services", name, "workload"], of: workload.resources };
    if (sidecar?.resources) yield { path: ["services", name, "sidecar"], of: sidecar.resources };
  }
}
