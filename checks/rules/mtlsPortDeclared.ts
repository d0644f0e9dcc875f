import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

export const mtlsPortDeclared: DefinitionRule = {
  code: "MW110",
  severity: "error",
  title: "A port's mutual TLS is that of a port that the service declares",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { mtls: { ports: { htp: "STRICT" } } }),
    right: webAndApi({}, { mtls: { ports: { http: "STRICT" } } }),
  },
  *check(definition, isWritten) {
    for (const [name, { ports = {}, mtls }] of Object.entries(definition.services)) {
      // Something stands in for ports of the wrong form.
      const declared = Object.keys(ports);
      if (declared.length > 0 && !declared.some((port) => isWritten("services", name, "ports", port)))
        continue;
      for (const port of Object.keys(mtls?.ports ?? {})) {
        if (isWritten("services", name, "ports", port)) continue;
        yield {
          path: formatPath(["services", name, "mtls", "ports", port]),
          message: `the service "${name}" has no port "${port}"`,
          fix: nearest(port, declared, `declare it under services.${name}.ports`),
        };
      }
    }
  },
};
