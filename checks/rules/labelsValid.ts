import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const name = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

const labelled = (labels: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", labels } } },
});

export const labelsValid: DefinitionRule = {
  code: "MW905",
  severity: "error",
  title: "Labels and annotations are what Kubernetes accepts as such",
  stage: "definition",
  examples: { wrong: labelled({ team: "Shop Team" }), right: labelled({ team: "shop-team" }) },
  *check({ services }) {
    for (const [service, { workload }] of Object.entries(services)) {
      for (const kind of ["labels", "annotations"] as const) {
        for (const [key, value] of Object.entries(workload?.[kind] ?? {})) {
          const path = formatPath(["services", service, "workload", kind, key]);
          if (!name.test(key)) {
            yield {
              path,
              message: `"${key}" can't be the name of ${kind === "labels" ? "a label" : "an annotation"}`,
              cure: "use at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, after a domain and / if at all",
            };
          }
          if (kind === "labels" && !labelValue.test(value)) {
            yield {
              path,
              message: `"${value}" can't be the value of a label`,
              cure: "use at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit",
            };
          }
        }
      }
    }
  },
};
