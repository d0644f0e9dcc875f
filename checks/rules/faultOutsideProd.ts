import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const fault = { abort: { percentage: 5, httpStatus: 500 } };
const services = { web: { ports: { http }, traffic: { fault } } };

export const faultOutsideProd: DefinitionRule = {
  code: "MW203",
  severity: "error",
  title: "Faults are injected outside of production only",
  stage: "definition",
  examples: {
    wrong: { ...base, services },
    right: { ...base, environment: "staging", services },
  },
  *check({ environment, services: declared }, isWritten) {
    if (environment === undefined ? isWritten("environment") : environment !== "prod") return;
    for (const [name, { traffic }] of Object.entries(declared)) {
      if (!traffic?.fault) continue;
      yield {
        path: formatPath(["services", name, "traffic", "fault"]),
        message: `requests to "${name}" are delayed or aborted on purpose, and the environment is prod`,
        fix: 'remove the fault, or set environment to "dev" or "staging"',
      };
    }
  },
};
