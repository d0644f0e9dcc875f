import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

export const calleeNameUnique: DefinitionRule = {
  code: "MW606",
  severity: "error",
  title: "A name stands for a service or for an external one, not for both",
  stage: "definition",
  examples: {
    wrong: { ...base, services: { pay: { ports: { http } } }, externalServices: { pay: external } },
    right: { ...base, services: { pay: { ports: { http } } }, externalServices: { bank: external } },
  },
  *check({ services, externalServices = {} }) {
    for (const name of Object.keys(externalServices)) {
      if (!Object.hasOwn(services, name)) continue;
      yield {
        path: formatPath(["externalServices", name]),
        message: `"${name}" is a service as well: which of them a call means is undefined`,
        fix: "rename one of them",
      };
    }
  },
};
