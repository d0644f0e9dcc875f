import { formatPath, type MeshDefinition } from "../../catalog";
import { mirrors, references } from "../references";
import { nearest } from "../nearest";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

export const serviceDeclared: DefinitionRule = {
  code: "MW101",
  severity: "error",
  title: "A called or routed service is declared",
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: { ports: { http }, calls: { ap: {} } }, api: { ports: { http } } } },
    right: { ...base, services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http } } } },
  },
  *check(definition: MeshDefinition, isWritten) {
    for (const { callee, path, calleePath } of references(definition)) {
      if (isWritten("services", callee)) continue;
      const calls = path[2] === "calls";
      if (calls && isWritten("externalServices", callee)) continue;
      const known = { ...definition.services, ...(calls && definition.externalServices) };
      yield {
        path: formatPath(calleePath),
        message: `${formatPath(path)} refers to the service "${callee}", which is not declared`,
        fix: nearest(callee, Object.keys(known), "declare it under services"),
      };
    }
    for (const { target, path } of mirrors(definition)) {
      if (isWritten("services", target)) continue;
      yield {
        path: formatPath([...path, "service"]),
        message: `${formatPath(path)} refers to the service "${target}", which is not declared`,
        fix: nearest(target, Object.keys(definition.services), "declare it under services"),
      };
    }
  },
};
