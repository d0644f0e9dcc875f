import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { references } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

export const portDeclared: DefinitionRule = {
  code: "MW102",
  severity: "error",
  title: "A called or routed port is declared by the service",
  stage: "definition",
  examples: {
    wrong: webAndApi({ calls: { api: { port: "htp" } } }, {}),
    right: webAndApi({ calls: { api: { port: "http" } } }, {}),
  },
  *check(definition, isWritten) {
    for (const { callee, call, path } of references(definition)) {
      const ports = definition.services[callee]?.ports;
      if (!ports || call.port === undefined || isWritten("services", callee, "ports", call.port)) continue;
      yield {
        path: formatPath([...path, "port"]),
        message: `the service "${callee}" has no port "${call.port}"`,
        cure: nearest(call.port, Object.keys(ports), `declare it under services.${callee}.ports`),
      };
    }
  },
};
