import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const bank = {
  host: "bank.example.com",
  ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
  tls: { mode: "MUTUAL", credentialName: "bank-client" },
};

export const text = (external: string, secret: string): Text => ({
  message: `calls to "${external}" leave from the callers' own proxies, which do not read the Secret "${secret}": they send requests in plaintext`,
  fix: "add egressGateway: true, and create the Secret in the namespace of the egress gateway",
});

export const certificateAtGateway: DefinitionRule = {
  code: "MW611",
  severity: "error",
  title: "Client certificates for external hosts are sent by the egress gateway",
  why: [
    "istiod sends the certificate of a DestinationRule's credentialName only to gateways.",
    "A sidecar would ignore the TLS settings as a whole and send plaintext.",
    "At the gateway, no application can read the private key, and the callers' rules still apply.",
  ],
  see: pages.egressGateway,
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank } },
    right: { ...base, services, externalServices: { bank: { ...bank, egressGateway: true } } },
  },
  *check({ externalServices = {} }, _, hasFailed) {
    for (const [name, { tls, egressGateway }] of Object.entries(externalServices)) {
      if (tls?.credentialName === undefined || egressGateway) continue;
      if (hasFailed(formatPath(["externalServices", name, "egressGateway"]))) continue;
      yield { path: formatPath(["externalServices", name, "tls"]), ...text(name, tls.credentialName) };
    }
  },
};
