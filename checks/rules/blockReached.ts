import { formatPath, isBlock } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const db = {
  host: "db.example.com",
  ports: { tcp: { port: 5432, protocol: "tcp" } },
  addresses: ["10.20.0.0/24"],
};

export const throughGateway = (external: string, block: string): Text => ({
  message: `"${external}" has the address block ${block}, and only its callers resolve the address: the egress gateway does not receive it`,
  fix: "list single addresses, or remove egressGateway",
});

export const toAnotherPort = (external: string, block: string, port: number, targetPort: number): Text => ({
  message: `"${external}" has the address block ${block}, in which connections keep their destination: they are forwarded to port ${port}, not to ${targetPort}`,
  fix: "list single addresses, or remove targetPort",
});

export const blockReached: DefinitionRule = {
  code: "MW608",
  severity: "error",
  title: "Connections to an address block keep their destination",
  why: [
    "For a block such as `10.20.0.0/24`, the proxy forwards a connection to the address that the caller resolved.",
    "The egress gateway and another target port replace that destination, so the connection would reach an arbitrary address or none.",
  ],
  see: pages.serviceEntry,
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { db: { ...db, egressGateway: true } } },
    right: { ...base, services, externalServices: { db } },
  },
  *check({ externalServices = {} }) {
    for (const [name, { addresses = [], egressGateway, ports }] of Object.entries(externalServices)) {
      const block = addresses.find(isBlock);
      if (block === undefined) continue;
      const at = ["externalServices", name];
      if (egressGateway) {
        yield { path: formatPath([...at, "egressGateway"]), ...throughGateway(name, block) };
      }
      for (const [port, { port: number, targetPort }] of Object.entries(ports)) {
        if (targetPort === undefined || targetPort === number) continue;
        yield {
          path: formatPath([...at, "ports", port, "targetPort"]),
          ...toAnotherPort(name, block, number, targetPort),
        };
      }
    }
  },
};
