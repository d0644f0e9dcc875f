import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const fault = { abort: { percentage: 5, httpStatus: 500 } };
const services = { web: { ports: { http }, traffic: { fault } } };

export const text = (service: string): Text => ({
  message: `faults are injected into requests to "${service}", and the environment is prod`,
  fix: 'remove the fault, or set environment to "dev" or "staging"',
});

export const faultOutsideProd: DefinitionRule = {
  code: "MW203",
  severity: "error",
  title: "Faults are injected only outside of production",
  why: [
    "Fault injection delays or aborts real requests in the caller's proxy.",
    "It is a test tool: in production, users get the injected errors.",
  ],
  see: pages.faultInjection,
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
        ...text(name),
      };
    }
  },
};
