import { formatPath, type ServiceDefinition } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

export const text = (service: string, first: string, second: string, port: number): Text => ({
  message: `the ports "${first}" and "${second}" of "${service}" are both ${port}`,
  fix: "give one of them another number; targetPort may be the same",
});

export const portNumberUnique: DefinitionRule = {
  code: "MW106",
  severity: "error",
  title: "Ports of a service have different numbers",
  why: [
    "A Kubernetes Service can't have two TCP ports with the same number: the API server rejects it.",
    "A ServiceEntry with a duplicate port is rejected by Istio's validation webhook.",
  ],
  see: pages.kubernetesService,
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
            ...text(callee, other, name, port),
          };
        }
      }
    }
  },
};
