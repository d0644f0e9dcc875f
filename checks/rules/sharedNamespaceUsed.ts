import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };

export const sharedNamespaceUsed: DefinitionRule = {
  code: "MW330",
  severity: "warning",
  title: "A shared namespace is one in which the catalog has something",
  stage: "definition",
  needsWhole: true,
  examples: {
    wrong: { ...base, services, sharedNamespaces: ["shp"] },
    right: { ...base, services, sharedNamespaces: ["shop"] },
  },
  *check({ name, namespace = name, services: all, sharedNamespaces = [] }, _, hasFailed) {
    // Which namespaces are used is unknown then.
    if (["name", "namespace", "services"].some((path) => hasFailed(path))) return;
    const used = new Set([namespace, ...Object.values(all).map((service) => service.namespace ?? namespace)]);
    for (const [i, shared] of sharedNamespaces.entries()) {
      if (used.has(shared)) continue;
      yield {
        path: formatPath(["sharedNamespaces", i]),
        message: `no service or gateway of the catalog is in the namespace "${shared}"`,
        fix: "write the name as the services have it, or remove it",
      };
    }
  },
};
