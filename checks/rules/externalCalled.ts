import { formatPath } from "../../catalog";
import { portsOf, references, sectionOf } from "../references";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

const calling = (calls: object): object => ({
  ...base,
  services: { web: { ports: { http }, calls: { api: {}, ...calls } }, api: { ports: { http } } },
  externalServices: { bank: external },
});

export const externalCalled: DefinitionRule = {
  code: "MW364",
  severity: "info",
  title: "A service calls each external service",
  stage: "definition",
  needsWhole: true,
  examples: { wrong: calling({}), right: calling({ bank: {} }) },
  *check(definition) {
    const all = [...references(definition)];
    // Without a single call nothing has been said of who calls whom; and a name that isn't declared may mean any of them.
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
        message: `no service calls "${name}", so no proxy can reach it`,
        fix: `add it to the calls of the services that use it, or remove it`,
      };
    }
  },
};
