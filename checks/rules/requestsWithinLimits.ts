import { formatPath, type MeshDefinition, type Resources } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

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
        if (request === undefined || limit === undefined || amount(request) <= amount(limit)) continue;
        yield {
          path: formatPath([...path, "resources", "requests", resource]),
          message: `${request} of ${resource} are requested, and the limit is ${limit}: Kubernetes refuses the pod`,
          cure: `set it to at most ${limit}, or raise the limit`,
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

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function amount(quantity: string): number {
  const [, number = "0", unit = ""] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return Number(number) * (factors[unit] ?? 1);
}
