import { formatPath } from "../../catalog";
import { references, sectionOf } from "../references";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const bank = {
  host: "bank.example.com",
  ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
  tls: { mode: "SIMPLE" },
};
const services = { web: { ports: { http }, calls: { bank: { methods: ["GET"] } } } };

export const enforcedOutside: DefinitionRule = {
  code: "MW605",
  severity: "warning",
  title: "What a call may ask of an external service is enforced by the egress gateway",
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
      // Nothing outside of the mesh can be asked to require a token, and the gateway doesn't judge them.
      const fields = atGateway ? (["endUser"] as const) : (["methods", "paths", "endUser"] as const);
      for (const field of fields) {
        if (call[field] === undefined) continue;
        yield {
          path: formatPath([...path, field]),
          message: `no proxy of the mesh stands before "${callee}", so nobody enforces the call's ${field}`,
          fix:
            field === "endUser"
              ? "remove it"
              : `remove it, or add egressGateway: true to externalServices.${callee}`,
        };
      }
    }
  },
};
