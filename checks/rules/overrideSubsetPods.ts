import { formatPath, isObject, type Labels } from "../../catalog";
import { selects } from "../../effect/object";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };
const overriding = (version: string): object => ({
  ...webAndApi({}, { versions, traffic: { weights: { v1: 100, v2: 0 } } }),
  overrides: {
    DestinationRule: {
      "shop/api": {
        spec: {
          subsets: [
            { name: "v1", labels: { version } },
            { name: "v2", labels: { version: "v2" } },
          ],
        },
      },
    },
  },
});

export const noPods = (service: string, subset: string, isVersion = true): Text => ({
  message: `the subset "${subset}" of "${service}" selects no pods of a version: requests to it are answered with 503`,
  fix: isVersion
    ? `set the labels of services.${service}.versions.${subset} instead`
    : `use the labels of a version, or declare "${subset}" under services.${service}.versions`,
});

export const otherPods = (service: string, subset: string, others: readonly string[]): Text => ({
  message: `the subset "${subset}" of "${service}" selects the pods of ${others.join(" and ")}, so these receive its share of the requests`,
  fix: `set the labels of services.${service}.versions.${subset} instead`,
});

export const overrideSubsetPods: MeshRule = {
  code: "MW337",
  severity: "warning",
  title: "Overridden subsets select the pods of their version",
  why: [
    "A subset with labels that no pod has leaves requests without a destination, and a proxy answers them with 503.",
    "A subset with the labels of another version sends requests to that version, whatever the weights say.",
  ],
  see: pages.destinationRule,
  suppress: "another tool deploys pods with these labels.",
  stage: "mesh",
  examples: { wrong: overriding("v2"), right: overriding("v1") },
  *check({ services, overrides }, hasFailed) {
    for (const { name, namespace, versions: own, path } of services) {
      const key = `${namespace}/${name}`;
      const spec = fieldsIn(overrides.DestinationRule?.[key]).spec;
      const { subsets } = fieldsIn(spec);
      if (!Array.isArray(subsets) || own.length === 0 || hasFailed(path)) continue;
      for (const [index, value] of subsets.entries()) {
        const { name: subset, labels } = fieldsIn(value);
        if (typeof subset !== "string" || !isObject(labels)) continue;
        const selected = own.filter((version) => selects(labels as Labels, version.labels));
        const others = selected.filter((version) => version.name !== subset).map((one) => `"${one.name}"`);
        const at = formatPath([
          ...["overrides", "DestinationRule", key, "spec", "subsets"],
          ...[index, "labels"],
        ]);
        const isVersion = own.some((version) => version.name === subset);
        if (selected.length === 0) yield { path: at, ...noPods(name, subset, isVersion) };
        else if (isVersion && others.length > 0) yield { path: at, ...otherPods(name, subset, others) };
      }
    }
  },
};

function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
