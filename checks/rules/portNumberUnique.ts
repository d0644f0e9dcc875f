import { formatPath, type ServiceDefinition } from "../../catalog";
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
  *check({ services, externalServices = {} }) {
    const sections: Readonly<Record<string, Readonly<Record<string, Pick<ServiceDefinition, "ports">>>>> = {
      services,
      externalServices,
    };
    for (const [section, callees] of Object.entries(sections)) {
      for (const [callee, { ports = {} }] of Object.entries(callees)) {
        const taken = new Map<number, string>();
        for (const [name, { port }] of Object.entries(ports)) {
          const other = taken.get(port);
          if (other === undefined) {
            taken.set(port, name);
            continue;
          }
          yield {
            path: formatPath([section, callee, "ports", name, "port"]),
            message: `the ports "${other}" and "${name}" of "${callee}" are both ${port}`,
            fix: "give one of them another number; targetPort may be the same",
          };
        }
      }
    }
  },
};
