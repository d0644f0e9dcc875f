import { formatPath, type Labels, type ServiceDefinition } from "../../catalog";
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
    for (const [service, definition] of Object.entries(services)) {
      for (const [kind, path, record] of recordsOf(definition)) {
        for (const [key, value] of Object.entries(record)) {
          const place = formatPath(["services", service, ...path, key]);
          if (!name.test(key)) {
            yield {
              path: place,
              message: `"${key}" can't be the name of ${kind === "label" ? "a label" : "an annotation"}`,
              fix: "use at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, after a domain and / if at all",
            };
          }
          if (kind === "label" && !labelValue.test(value)) {
            yield {
              path: place,
              message: `"${value}" can't be the value of a label`,
              fix: "use at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit",
            };
          }
        }
      }
    }
  },
};

/** Every record of labels or annotations of a service, with its place in it. */
function* recordsOf({
  workload,
  selector,
  serviceAccount,
  versions = {},
}: ServiceDefinition): Iterable<[kind: "label" | "annotation", path: string[], record: Labels]> {
  yield ["label", ["workload", "labels"], workload?.labels ?? {}];
  yield ["annotation", ["workload", "annotations"], workload?.annotations ?? {}];
  yield ["annotation", ["serviceAccount", "annotations"], serviceAccount?.annotations ?? {}];
  yield ["label", ["selector"], selector ?? {}];
  for (const [version, { labels = {} }] of Object.entries(versions)) {
    yield ["label", ["versions", version, "labels"], labels];
  }
}
