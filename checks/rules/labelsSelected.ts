import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const labelled = (labels: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", labels } } },
});

export const text = (service: string, label: string, value: string): Text => ({
  message: `the label "${label}" of "${service}" selects its pods, so the value "${value}" has no effect`,
  fix: "remove it; set it in the service's selector, or in the version's labels",
});

export const labelsSelected: MeshRule = {
  code: "MW342",
  severity: "error",
  title: "A workload's labels don't repeat the labels of its selector",
  why: [
    "A workload's pods must have the labels that its selector requires; the API server rejects a Deployment otherwise.",
    "The catalog sets them from the selector, so another value under `labels` can't apply.",
  ],
  see: pages.kubernetesLabels,
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
            ...text(name, label, labels[label] ?? ""),
          };
        }
      }
    }
  },
};
