import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };

export const externalHostUnique: DefinitionRule = {
  code: "MW601",
  severity: "error",
  title: "An external host is declared once",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { one: external, two: external } },
    right: {
      ...base,
      services,
      externalServices: { one: external, two: { ...external, host: "two.example.com" } },
    },
  },
  *check({ externalServices = {} }) {
    const taken = new Map<string, string>();
    for (const [name, { host }] of Object.entries(externalServices)) {
      const other = taken.get(host);
      if (other === undefined) {
        taken.set(host, name);
        continue;
      }
      yield {
        path: formatPath(["externalServices", name, "host"]),
        message: `"${other}" and "${name}" are both ${host}: whose limits hold is undefined`,
        fix: "declare it once, and let all callers name that one",
      };
    }
  },
};
