import { formatPath, type MeshDefinition, parseQuantity, type Resources } from "../../catalog";
import type { DefinitionRule } from "../rule";
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

export const requestsWithinLimits: DefinitionRule = {
  code: "MW903",
  severity: "error",
  title: "A container requests no more than its limit",
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
          message: `${request} of ${resource} are requested, and the limit is ${limit}: Kubernetes refuses the pod`,
          fix: `set it to at most ${limit}, or raise the limit`,
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
