import type { MeshDefinition } from "../../../catalog";
import { type Change, type Mutation, type Place, put } from "./mutation";
import { matching, servicesOf } from "./places";

const autoscaling = { minReplicas: 3, maxReplicas: 5, averageUtilization: 80 };

function workloadsOf(catalog: MeshDefinition): Place[] {
  return servicesOf(catalog)
    .filter(({ service }) => service.workload)
    .map(({ place }) => [...place, "workload"]);
}

export const workloads: readonly Mutation[] = [
  {
    code: "MW901",
    mistake: "more replicas at least than at most",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        const at = [...place, "autoscaling"];
        const resources: Change = [[...place, "resources"], { requests: { cpu: "100m" } }];
        yield { at: [...at, "maxReplicas"], changes: [resources, [at, { ...autoscaling, minReplicas: 6 }]] };
      }
    },
  },
  {
    code: "MW902",
    mistake: "an autoscaler of pods that request no CPU",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        const resources = [...place, "resources"];
        yield {
          at: [...resources, "requests", "cpu"],
          changes: [
            [resources, { requests: { memory: "1Gi" } }],
            [[...place, "autoscaling"], autoscaling],
          ],
        };
      }
    },
  },
  {
    code: "MW903",
    mistake: "a container or proxy that requests more than its limit",
    *mutants(catalog) {
      const places = servicesOf(catalog).map(({ place }) => [...place, "sidecar"]);
      for (const place of [...workloadsOf(catalog), ...places]) {
        const at = [...place, "resources"];
        yield {
          at: [...at, "requests", "memory"],
          changes: [[at, { requests: { memory: "1Gi" }, limits: { memory: "1023Mi" } }]],
        };
        yield {
          at: [...at, "requests", "cpu"],
          changes: [[at, { requests: { cpu: "2" }, limits: { cpu: "1999m" } }]],
        };
      }
    },
  },
  {
    code: "MW904",
    mistake: "an image that moves",
    *mutants(catalog) {
      const ofVersions = [...matching(catalog, "services.*.versions.*")].map(({ place }) => place);
      for (const place of [...workloadsOf(catalog), ...ofVersions]) {
        for (const image of ["web", "web:latest", "registry.example.com:5000/web", "web:main"]) {
          yield put([...place, "image"], image);
        }
      }
    },
  },
  {
    code: "MW905",
    mistake: "a label or annotation that Kubernetes refuses",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        yield put([...place, "labels", "team"], "Shop Team");
        yield put([...place, "labels", "-team"], "shop");
        yield put([...place, "annotations", "example.com/"], "anything");
      }
    },
  },
];
