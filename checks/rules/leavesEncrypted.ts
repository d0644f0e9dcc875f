import { formatPath, isHttp } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const bank = { host: "bank.example.com", ports: { http: { port: 80, targetPort: 443, protocol: "http" } } };

export const leavesEncrypted: DefinitionRule = {
  code: "MW604",
  severity: "warning",
  title: "Requests leave the mesh encrypted",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank } },
    right: { ...base, services, externalServices: { bank: { ...bank, tls: { mode: "SIMPLE" } } } },
  },
  *check({ externalServices = {} }, isWritten, hasFailed) {
    for (const [name, { ports }] of Object.entries(externalServices)) {
      if (hasFailed(formatPath(["externalServices", name, "ports"]))) continue;
      if (
        isWritten("externalServices", name, "tls") ||
        !Object.values(ports).some(({ protocol }) => isHttp(protocol))
      )
        continue;
      yield {
        path: formatPath(["externalServices", name]),
        message: `requests to "${name}" leave the mesh as plain text`,
        fix: 'add tls: { mode: "SIMPLE" } and the port\'s targetPort 443, or suppress this with the reason',
      };
    }
  },
};
