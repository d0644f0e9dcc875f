import { formatPath, isHttp } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const tls = { mode: "SIMPLE" };

export const originatedFromHttp: DefinitionRule = {
  code: "MW602",
  severity: "error",
  title: "TLS is begun for plain HTTP, not around a caller's own TLS",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank: { ...external, tls } } },
    right: {
      ...base,
      services,
      externalServices: {
        bank: { ...external, ports: { http: { port: 80, targetPort: 443, protocol: "http" } }, tls },
      },
    },
  },
  *check({ externalServices = {} }) {
    for (const [name, external] of Object.entries(externalServices)) {
      if (!external.tls) continue;
      for (const [port, { protocol }] of Object.entries(external.ports)) {
        if (isHttp(protocol)) continue;
        yield {
          path: formatPath(["externalServices", name, "tls"]),
          message: `callers speak TLS to the port "${port}" of "${name}" already: it would be encrypted twice`,
          cure: "remove tls, or declare the port's protocol as http, with the host's port as targetPort",
        };
      }
    }
  },
};
