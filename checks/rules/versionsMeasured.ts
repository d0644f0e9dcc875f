import { formatPath, versionRevision } from "../../catalog";
import type { MeshRule } from "../rule";
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

export const versionsMeasured: MeshRule = {
  code: "MW374",
  severity: "warning",
  title: "Versions of a service differ in their canonical revision, by which metrics tell them apart",
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
        const names = versions.map(({ name }) => `"${name}"`).join(" and ");
        yield {
          path: formatPath(["services", service.name, "versions"]),
          message: `the versions ${names} have the same canonical revision "${revision}": Istio's metrics count their requests together, and the dashboard "canary" leaves the service out`,
          fix: 'give the pods of each version a label "version" of its own, and add it to the version\'s labels; without the labels "service.istio.io/canonical-revision" and "app.kubernetes.io/version" it is the canonical revision',
        };
      }
    }
  },
};
