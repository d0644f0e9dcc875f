import { formatPath, isBlock } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const db = {
  host: "db.example.com",
  ports: { tcp: { port: 5432, protocol: "tcp" } },
  addresses: ["10.20.0.0/24"],
};

export const blockReached: DefinitionRule = {
  code: "MW608",
  severity: "error",
  title: "Nothing leads connections away from the address that their caller has looked up in a block",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { db: { ...db, egressGateway: true } } },
    right: { ...base, services, externalServices: { db } },
  },
  *check({ externalServices = {} }) {
    for (const [name, { addresses = [], egressGateway, ports }] of Object.entries(externalServices)) {
      const block = addresses.find(isBlock);
      if (block === undefined) continue;
      const report = (
        path: string[],
        why: string,
        field: string,
      ): { path: string; message: string; fix: string } => ({
        path: formatPath(["externalServices", name, ...path]),
        message: `"${name}" is anywhere in ${block}, and only its callers know where: ${why}`,
        fix: `give single addresses, or remove ${field}`,
      });
      if (egressGateway) {
        yield report(["egressGateway"], "the egress gateway doesn't hear of it", "egressGateway");
      }
      for (const [port, { port: number, targetPort }] of Object.entries(ports)) {
        if (targetPort === undefined || targetPort === number) continue;
        yield report(
          ["ports", port, "targetPort"],
          `connections go on to the port ${number} that they are for, not to ${targetPort}`,
          "targetPort",
        );
      }
    }
  },
};
