import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };

export const text = (namespace: string): Text => ({
  message: `no service or gateway of the catalog is in the namespace "${namespace}"`,
  fix: "use the name of the services' namespace, or remove it",
});

export const sharedNamespaceUsed: DefinitionRule = {
  code: "MW330",
  severity: "warning",
  title: "A shared namespace contains services of the catalog",
  why: [
    "`sharedNamespaces` lists namespaces that this catalog uses, but does not own.",
    "If an entry is misspelt, the catalog still owns the real namespace, and replaces the default policies of the namespace's other users.",
  ],
  see: pages.kubernetesNamespaces,
  suppress: "a service moves into the namespace soon.",
  stage: "definition",
  needsWhole: true,
  examples: {
    wrong: { ...base, services, sharedNamespaces: ["shp"] },
    right: { ...base, services, sharedNamespaces: ["shop"] },
  },
  *check({ name, namespace = name, services: all, sharedNamespaces = [] }) {
    const used = new Set([namespace, ...Object.values(all).map((service) => service.namespace ?? namespace)]);
    for (const [i, shared] of sharedNamespaces.entries()) {
      if (used.has(shared)) continue;
      yield {
        path: formatPath(["sharedNamespaces", i]),
        ...text(shared),
      };
    }
  },
};
