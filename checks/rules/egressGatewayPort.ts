import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const ports = { ...external.ports, admin: { port: 8443, protocol: "tls" } };

export const text = (external: string, ports: readonly string[]): Text => ({
  message: `the egress gateway matches only the host, and "${external}" has the ports ${ports.join(", ")}: it can't tell them apart`,
  fix: "declare one port, or remove egressGateway",
});

export const egressGatewayPort: DefinitionRule = {
  code: "MW603",
  severity: "error",
  title: "An external service that uses the egress gateway has one port",
  why: [
    "All connections to a host arrive at one port of the egress gateway, which distinguishes hosts by SNI.",
    "The original port is lost, so the gateway can't choose between several ports of one host.",
  ],
  see: pages.egressGateway,
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
        ...text(name, declared),
      };
    }
  },
};
