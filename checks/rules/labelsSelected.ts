import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

const labelled = (labels: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", labels } } },
});

export const labelsSelected: MeshRule = {
  code: "MW342",
  severity: "error",
  title: "A workload's labels leave those of the selector to the selector",
  stage: "mesh",
  examples: { wrong: labelled({ app: "shop" }), right: labelled({ tier: "frontend" }) },
  *check({ services }) {
    for (const { name, workloads } of services) {
      const reported = new Set<string>();
      for (const { labels, selector } of workloads) {
        for (const label of Object.keys(labels)) {
          if (selector[label] === undefined || reported.has(label)) continue;
          reported.add(label);
          yield {
            path: formatPath(["services", name, "workload", "labels", label]),
            message: `the label "${label}" of "${name}" selects its pods, and "${labels[label] ?? ""}" has no effect`,
            fix: "remove it; set it in the service's selector, or in the version's labels",
          };
        }
      }
    }
  },
};
