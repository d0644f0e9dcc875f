import { formatPath, type MeshDefinition } from "../../catalog";
import { mirrors, references } from "../references";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

export const text = (reference: string, service: string, fix: string): Text => ({
  message: `${reference} refers to the service "${service}", which is not declared`,
  fix,
});

export const serviceDeclared: DefinitionRule = {
  code: "MW101",
  severity: "error",
  title: "Called, routed and mirrored services are declared",
  why: [
    "A call to an undeclared service has no callee: no AuthorizationPolicy admits the caller, and no proxy has a route to the host.",
    "Such requests fail with 502 or 503, and the status does not name the misspelt service.",
  ],
  see: pages.analysis,
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: { ports: { http }, calls: { ap: {} } }, api: { ports: { http } } } },
    right: { ...base, services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http } } } },
  },
  *check(definition: MeshDefinition, isWritten) {
    for (const { callee, path, calleePath } of references(definition)) {
      if (isWritten("services", callee)) continue;
      const calls = path[2] === "calls" || path[0] === "extensionProviders";
      if (calls && isWritten("externalServices", callee)) continue;
      const known = { ...definition.services, ...(calls && definition.externalServices) };
      yield {
        path: formatPath(calleePath),
        ...text(formatPath(path), callee, nearest(callee, Object.keys(known), "declare it under services")),
      };
    }
    for (const { target, path } of mirrors(definition)) {
      if (isWritten("services", target)) continue;
      yield {
        path: formatPath([...path, "service"]),
        ...text(
          formatPath(path),
          target,
          nearest(target, Object.keys(definition.services), "declare it under services"),
        ),
      };
    }
  },
};
