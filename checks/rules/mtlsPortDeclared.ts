import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

export const text = (service: string, port: string, fix: string): Text => ({
  message: `the service "${service}" has no port "${port}"`,
  fix,
});

export const mtlsPortDeclared: DefinitionRule = {
  code: "MW110",
  severity: "error",
  title: "Port-level mutual TLS names declared ports",
  why: [
    "PeerAuthentication sets the mutual TLS mode of a port by its number, which is derived from the port's name.",
    "A misspelt port keeps the mode of the whole service, stricter or weaker than intended.",
  ],
  see: pages.peerAuthentication,
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { mtls: { ports: { htp: "STRICT" } } }),
    right: webAndApi({}, { mtls: { ports: { http: "STRICT" } } }),
  },
  *check(definition, isWritten) {
    for (const [name, { ports = {}, mtls }] of Object.entries(definition.services)) {
      // A placeholder replaces ports of the wrong type.
      const declared = Object.keys(ports);
      if (declared.length > 0 && !declared.some((port) => isWritten("services", name, "ports", port)))
        continue;
      for (const port of Object.keys(mtls?.ports ?? {})) {
        if (isWritten("services", name, "ports", port)) continue;
        yield {
          path: formatPath(["services", name, "mtls", "ports", port]),
          ...text(name, port, nearest(port, declared, `declare it under services.${name}.ports`)),
        };
      }
    }
  },
};
