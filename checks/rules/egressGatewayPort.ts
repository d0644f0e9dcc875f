import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const ports = { ...external.ports, admin: { port: 8443, protocol: "tls" } };

export const egressGatewayPort: DefinitionRule = {
  code: "MW603",
  severity: "error",
  title: "What leaves through the egress gateway goes to one port of its host",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank: { ...external, ports, egressGateway: true } } },
    right: { ...base, services, externalServices: { bank: { ...external, egressGateway: true } } },
  },
  *check({ externalServices = {} }) {
    for (const [name, { ports, egressGateway }] of Object.entries(externalServices)) {
      const declared = Object.keys(ports);
      if (!egressGateway || declared.length < 2) continue;
      yield {
        path: formatPath(["externalServices", name, "ports"]),
        message: `the egress gateway sees the host's name only, and "${name}" has the ports ${declared.join(", ")}: it can't know which one is meant`,
        fix: "declare one port, or remove egressGateway",
      };
    }
  },
};
