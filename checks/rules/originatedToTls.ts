import { formatPath, isHttp } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const bank = { host: "bank.example.com", tls: { mode: "SIMPLE" } };

/** For a port of the host that serves plaintext. */
export const plaintextAtHost = (external: string, port: number): Text => ({
  message: `the proxy originates TLS to port ${port} of "${external}", where hosts serve plaintext HTTP`,
  fix: "add the host's port for TLS at the port, such as targetPort: 443",
});

/** For a port on which callers use TLS. */
export const tlsAtCaller = (external: string, port: number): Text => ({
  message: `callers reach "${external}" in plaintext on port ${port}: a client with an https:// address sends TLS, which this port does not accept`,
  fix: "declare port: 80 with targetPort: 443 for clients with http://, or protocol: tls without tls for clients with https://",
});

export const originatedToTls: DefinitionRule = {
  code: "MW609",
  severity: "warning",
  title: "With tls, callers use a plaintext port and the host a TLS port",
  why: [
    "With `tls`, callers send plaintext to `port`, and the proxy sends TLS to `targetPort` of the host.",
    "If both are 80, the host receives TLS where it expects HTTP, and the connection fails.",
    "If callers use port 443, their clients send TLS themselves, and the proxy closes the connection.",
  ],
  see: pages.egressTls,
  suppress: "the host serves TLS on that port, and the clients of its callers use http:// with that port.",
  stage: "definition",
  examples: {
    wrong: {
      ...base,
      services,
      externalServices: { bank: { ...bank, ports: { http: { port: 80, protocol: "http" } } } },
    },
    right: {
      ...base,
      services,
      externalServices: {
        bank: { ...bank, ports: { http: { port: 80, targetPort: 443, protocol: "http" } } },
      },
    },
  },
  *check({ externalServices = {} }) {
    for (const [name, { ports, tls }] of Object.entries(externalServices)) {
      if (!tls) continue;
      for (const [key, { port, targetPort = port, protocol }] of Object.entries(ports)) {
        if (!isHttp(protocol)) continue;
        const path = formatPath(["externalServices", name, "ports", key]);
        if (targetPort === 80) yield { path, ...plaintextAtHost(name, targetPort) };
        else if (port === 443) yield { path, ...tlsAtCaller(name, port) };
      }
    }
  },
};
