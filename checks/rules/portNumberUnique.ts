import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

export const portNumberUnique: DefinitionRule = {
  code: "MW106",
  severity: "error",
  title: "No two ports of a service have the same number",
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: { ports: { http, metrics: http } } } },
    right: { ...base, services: { web: { ports: { http, metrics: { port: 9090, protocol: "http" } } } } },
  },
  *check(definition) {
    for (const [service, { ports }] of Object.entries(definition.services)) {
      const taken = new Map<number, string>();
      for (const [name, { port }] of Object.entries(ports)) {
        const other = taken.get(port);
        if (other === undefined) {
          taken.set(port, name);
          continue;
        }
        yield {
          path: formatPath(["services", service, "ports", name, "port"]),
          message: `the ports "${other}" and "${name}" of "${service}" are both ${port}`,
          cure: "give one of them another number; targetPort may be the same",
        };
      }
    }
  },
};
