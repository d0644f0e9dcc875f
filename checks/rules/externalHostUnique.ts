import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };

export const text = (host: string, first: string, second: string): Text => ({
  message: `"${first}" and "${second}" both have the host ${host}: which limits apply is undefined`,
  fix: "declare it once, and use that name in all calls",
});

export const externalHostUnique: DefinitionRule = {
  code: "MW601",
  severity: "error",
  title: "An external host is declared once",
  why: [
    "Each external service renders a ServiceEntry and a DestinationRule for its host.",
    "Istio merges or ignores duplicates by their age, so which timeouts and limits apply is undefined.",
  ],
  see: pages.serviceEntry,
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
        ...text(host, other, name),
      };
    }
  },
};
