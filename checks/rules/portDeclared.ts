import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { portReferences, portsOf, sectionOf } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

export const portDeclared: DefinitionRule = {
  code: "MW102",
  severity: "error",
  title: "A called, routed or probed port is declared by the service",
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
          message: `the service "${callee}" declares no ports, so nothing can call or probe it`,
          fix: `declare its port under ${section}.${callee}.ports`,
        };
        continue;
      }
      if (call.port === undefined || !isWritten(section, callee, "ports")) continue;
      if (isWritten(section, callee, "ports", call.port)) continue;
      // Something stands in for ports of the wrong form.
      if (!Object.keys(ports).some((port) => isWritten(section, callee, "ports", port))) continue;
      yield {
        path: formatPath([...path, "port"]),
        message: `the service "${callee}" has no port "${call.port}"`,
        fix: nearest(call.port, Object.keys(ports), `declare it under ${section}.${callee}.ports`),
      };
    }
  },
};
