import { formatPath } from "../../catalog";
import { references, sectionOf } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const bank = {
  host: "bank.example.com",
  ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
  tls: { mode: "SIMPLE" },
};
const services = { web: { ports: { http }, calls: { bank: { methods: ["GET"] } } } };

export const text = (external: string, field: "methods" | "paths" | "endUser"): Text => ({
  message: `"${external}" has no proxy, so no component enforces the call's ${field}`,
  fix:
    field === "endUser"
      ? "remove it"
      : `remove it, or add egressGateway: true to externalServices.${external}`,
});

export const enforcedOutside: DefinitionRule = {
  code: "MW605",
  severity: "warning",
  title: "Methods, paths and tokens of external calls are enforced by a proxy",
  why: [
    "AuthorizationPolicies are enforced by the callee's proxy, and an external host has none.",
    "Only the egress gateway can check the methods and paths of such requests; a token is for the host to check.",
  ],
  see: pages.egressGateway,
  suppress: "the values document what the host allows.",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank } },
    right: { ...base, services, externalServices: { bank: { ...bank, egressGateway: true } } },
  },
  *check(definition, isWritten) {
    for (const reference of references(definition)) {
      const { callee, call, path } = reference;
      if (sectionOf(definition, reference) !== "externalServices") continue;
      const { egressGateway } = definition.externalServices?.[callee] ?? {};
      const atGateway = egressGateway ?? isWritten("externalServices", callee, "egressGateway");
      // An external host can't be made to require a token, and the egress gateway does not validate tokens.
      const fields = atGateway ? (["endUser"] as const) : (["methods", "paths", "endUser"] as const);
      for (const field of fields) {
        if (call[field] === undefined) continue;
        yield {
          path: formatPath([...path, field]),
          ...text(callee, field),
        };
      }
    }
  },
};
