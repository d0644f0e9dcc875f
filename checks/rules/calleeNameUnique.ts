import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

export const text = (name: string): Text => ({
  message: `"${name}" is also a service: which of them a call refers to is undefined`,
  fix: "rename one of them",
});

export const calleeNameUnique: DefinitionRule = {
  code: "MW606",
  severity: "error",
  title: "A name is used for a service or an external service, not both",
  why: [
    "Calls refer to their callee by name.",
    "If both exist, a call could be rendered to the service in the mesh or to the host outside, with different policies.",
  ],
  see: pages.catalog,
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
        ...text(name),
      };
    }
  },
};
