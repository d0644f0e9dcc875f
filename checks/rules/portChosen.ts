import { formatPath } from "../../catalog";
import { portReferences, portsOf } from "../references";
import type { DefinitionRule } from "../rule";
import { admin, http, webAndApi } from "./example";

export const portChosen: DefinitionRule = {
  code: "MW103",
  severity: "error",
  title: "A call or probe of a service with several ports says which",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { ports: { http, admin } }),
    right: webAndApi({ calls: { api: { port: "http" } } }, { ports: { http, admin } }),
  },
  *check(definition, isWritten) {
    for (const reference of portReferences(definition)) {
      const { callee, path } = reference;
      const ports = Object.keys(portsOf(definition, reference) ?? {});
      if (ports.length < 2 || isWritten(...path.map(String), "port")) continue;
      yield {
        path: formatPath(path),
        message: `the service "${callee}" has the ports ${ports.join(", ")}, and none is named`,
        fix: `add port: ${ports.map((port) => `"${port}"`).join(" or ")}`,
      };
    }
  },
};
