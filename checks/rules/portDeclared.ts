import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { portReferences, portsOf, sectionOf } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

export const noPorts = (service: string, section: string): Text => ({
  message: `the service "${service}" declares no ports, so it can't be called or probed`,
  fix: `declare its port under ${section}.${service}.ports`,
});

export const undeclared = (service: string, port: string, fix: string): Text => ({
  message: `the service "${service}" has no port "${port}"`,
  fix,
});

export const portDeclared: DefinitionRule = {
  code: "MW102",
  severity: "error",
  title: "Called, routed and probed ports are declared by their service",
  why: [
    "Istio routes to ports of a Service, and a NetworkPolicy admits the port that it is rendered for.",
    "A call to an undeclared port finds no listener at the callee, or is denied by the NetworkPolicy.",
  ],
  see: pages.kubernetesService,
  stage: "definition",
  examples: {
    wrong: webAndApi({ calls: { api: { port: "htp" } } }, {}),
    right: webAndApi({ calls: { api: { port: "http" } } }, {}),
  },
  *check(definition, isWritten) {
    for (const reference of portReferences(definition)) {
      const { callee, call, path } = reference;
      const ports = portsOf(definition, reference);
      const section = sectionOf(definition, reference);
      if (!ports) continue;
      if (Object.keys(ports).length === 0) {
        yield {
          path: formatPath(path),
          ...noPorts(callee, section),
        };
        continue;
      }
      if (call.port === undefined || !isWritten(section, callee, "ports")) continue;
      if (isWritten(section, callee, "ports", call.port)) continue;
      // A placeholder replaces ports of the wrong type.
      if (!Object.keys(ports).some((port) => isWritten(section, callee, "ports", port))) continue;
      yield {
        path: formatPath([...path, "port"]),
        ...undeclared(
          callee,
          call.port,
          nearest(call.port, Object.keys(ports), `declare it under ${section}.${callee}.ports`),
        ),
      };
    }
  },
};
