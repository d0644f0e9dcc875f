import { formatPath, type Protocol } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const tls = { mode: "SIMPLE" };

const beginsTls: Partial<Record<Protocol, string>> = {
  tls: "callers speak TLS themselves",
  // After the server's greeting, where the client asks for it: nobody else can.
  mysql: "callers begin TLS themselves, within MySQL's own protocol,",
};

export const originatedFromPlain: DefinitionRule = {
  code: "MW602",
  severity: "error",
  title: "TLS is begun for what is plain, not around a caller's own TLS",
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
        const own = beginsTls[protocol];
        if (own === undefined) continue;
        yield {
          path: formatPath(["externalServices", name, "tls"]),
          message: `${own} on the port "${port}" of "${name}": the mesh can't begin it before them`,
          fix: "remove tls, or declare the port's protocol as what callers speak without TLS, such as http, with the host's port as targetPort",
        };
      }
    }
  },
};
