import { formatPath } from "../../catalog";
import { portsOf, references, sectionOf } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

const calling = (calls: object): object => ({
  ...base,
  services: { web: { ports: { http }, calls: { api: {}, ...calls } }, api: { ports: { http } } },
  externalServices: { bank: external },
});

export const text = (external: string): Text => ({
  message: `no service calls "${external}", so no proxy can reach it`,
  fix: "add it to the calls of the services that use it, or remove it",
});

export const externalCalled: DefinitionRule = {
  code: "MW364",
  severity: "info",
  title: "Every external service is called",
  why: [
    "A caller's Sidecar and NetworkPolicy allow only the external services that it calls.",
    "Without a call, no proxy can reach the host: the call was forgotten, or the entry is no longer used.",
  ],
  see: pages.sidecar,
  suppress: "another catalog of the same namespace calls it.",
  stage: "definition",
  needsWhole: true,
  examples: { wrong: calling({}), right: calling({ bank: {} }) },
  *check(definition) {
    const all = [...references(definition)];
    // Without any call the call graph is not declared yet. An undeclared name may mean any external service.
    if (!all.some(({ path }) => path[2] === "calls")) return;
    if (all.some((reference) => !portsOf(definition, reference))) return;
    const called = new Set(
      all
        .filter((reference) => sectionOf(definition, reference) === "externalServices")
        .map(({ callee }) => callee),
    );
    for (const name of Object.keys(definition.externalServices ?? {})) {
      if (called.has(name)) continue;
      yield {
        path: formatPath(["externalServices", name]),
        ...text(name),
      };
    }
  },
};
