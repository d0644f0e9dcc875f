import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const tls = { mode: "SIMPLE" };

const beginsTls: Readonly<Partial<Record<string, string>>> = {
  tls: "callers use TLS themselves",
  // A MySQL client starts TLS after the server's greeting, so a proxy can't.
  mysql: "callers start TLS themselves, within MySQL's protocol,",
};

/** @param protocol of the port. */
export const text = (external: string, port: string, protocol: string): Text => ({
  message: `${beginsTls[protocol] ?? "callers use TLS"} on the port "${port}" of "${external}": the proxy can't originate it`,
  fix: "remove tls, or declare the protocol that callers use without TLS, such as http, with the host's port as targetPort",
});

export const originatedFromPlain: DefinitionRule = {
  code: "MW602",
  severity: "error",
  title: "TLS is originated only for plaintext ports",
  why: [
    "With `tls`, the proxy encrypts what the application sends.",
    "If the application already uses TLS, the host would receive TLS within TLS and close the connection.",
    'Beside a plaintext port, a port with the protocol "tls" keeps the TLS of its callers.',
  ],
  see: pages.egressTls,
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
      // Beside ports without TLS, callers' own TLS passes through.
      const plain = Object.values(external.ports).some(({ protocol }) => beginsTls[protocol] === undefined);
      for (const [port, { protocol }] of Object.entries(external.ports)) {
        if (beginsTls[protocol] === undefined || (plain && protocol === "tls")) continue;
        yield {
          path: formatPath(["externalServices", name, "tls"]),
          ...text(name, port, protocol),
        };
      }
    }
  },
};
