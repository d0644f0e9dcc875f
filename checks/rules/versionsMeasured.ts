import { formatPath, versionRevision } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const labelled = (stable: object, canary: object): object => ({
  ...base,
  services: {
    api: {
      ports: { http },
      versions: { stable: { labels: stable }, canary: { labels: canary } },
      traffic: { weights: { stable: 90, canary: 10 } },
    },
  },
});

export const text = (versions: readonly string[], revision: string): Text => ({
  message: `the versions ${versions.map((name) => `"${name}"`).join(" and ")} have the same canonical revision "${revision}": Istio's metrics count their requests together, and the dashboard "canary" does not show the service`,
  fix: 'set a label "version" on the pods of each version, and add it to the version\'s labels. It is the canonical revision unless the pods have the label "service.istio.io/canonical-revision" or "app.kubernetes.io/version"',
});

export const versionsMeasured: MeshRule = {
  code: "MW374",
  severity: "warning",
  title: "Versions of a service have different canonical revisions",
  why: [
    "Istio's metrics identify a version by its canonical revision, which follows from the pods' labels.",
    "With the same revision, the error rate of a canary disappears in the requests of the stable version.",
  ],
  see: pages.metrics,
  suppress: "the versions are compared by metrics of the application.",
  stage: "mesh",
  examples: {
    wrong: labelled({ track: "stable" }, { track: "canary" }),
    right: labelled({ track: "stable", version: "1.4.2" }, { track: "canary", version: "1.5.0" }),
  },
  *check({ services }) {
    for (const service of services) {
      const alike = Map.groupBy(service.versions, (version) => versionRevision(service, version));
      for (const [revision, versions] of alike) {
        if (versions.length < 2) continue;
        yield {
          path: formatPath(["services", service.name, "versions"]),
          ...text(
            versions.map(({ name }) => name),
            revision,
          ),
        };
      }
    }
  },
};
