import { formatPath, type Labels, type ServiceDefinition } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const name = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

const labelled = (labels: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", labels } } },
});

const characters = "at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit";

export const invalidKey = (kind: "label" | "annotation", key: string): Text => ({
  message: `"${key}" can't be the key of ${kind === "label" ? "a label" : "an annotation"}`,
  fix: `use ${characters}, optionally after a domain and /`,
});

export const invalidValue = (value: string): Text => ({
  message: `"${value}" can't be the value of a label`,
  fix: `use ${characters}`,
});

export const labelsValid: DefinitionRule = {
  code: "MW905",
  severity: "error",
  title: "Labels and annotations are valid in Kubernetes",
  why: [
    "Keys and label values have at most 63 characters of a limited alphabet.",
    "The API server rejects an object with any other, after other objects have been applied.",
  ],
  see: pages.kubernetesLabels,
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
              ...invalidKey(kind, key),
            };
          }
          if (kind === "label" && !labelValue.test(value)) {
            yield {
              path: place,
              ...invalidValue(value),
            };
          }
        }
      }
    }
  },
};

/** All labels and annotations of a service, with their paths in it. */
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
