import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

/** Protocols whose clients ask for TLS within the protocol, by the ports on which servers offer it so. */
const negotiated: Readonly<Partial<Record<number, string>>> = {
  21: "FTP",
  25: "SMTP",
  110: "POP3",
  143: "IMAP",
  389: "LDAP",
  587: "SMTP",
  1433: "SQL Server",
  3306: "MySQL",
  5432: "PostgreSQL",
};

export const text = (external: string, port: number, protocol: string): Text => ({
  message: `the proxy sends a TLS handshake first on port ${port} of "${external}", where ${protocol} begins in plaintext: the connection fails`,
  fix: "remove tls and enable TLS in the client, such as sslmode=verify-full for PostgreSQL; or suppress this if the server accepts TLS from the first byte",
});

export const tlsWithinProtocol: DefinitionRule = {
  code: "MW803",
  severity: "warning",
  title: "TLS is not originated to ports on which the protocol itself negotiates TLS",
  why: [
    "PostgreSQL, MySQL, SQL Server, SMTP and LDAP begin in plaintext, and switch to TLS on request.",
    "A proxy sends a TLS handshake as the first bytes of a connection, and such a server closes the connection.",
  ],
  see: pages.egressTls,
  suppress: "the server accepts TLS from the first byte, as PostgreSQL 17 does with sslnegotiation=direct.",
  stage: "definition",
  examples: {
    wrong: {
      ...base,
      services: { web: { ports: { http }, calls: { orders: {} } } },
      externalServices: {
        orders: {
          host: "orders.example.com",
          ports: { sql: { port: 5432, protocol: "tcp" } },
          tls: { mode: "SIMPLE" },
        },
      },
    },
    right: {
      ...base,
      services: { web: { ports: { http }, calls: { orders: {} } } },
      externalServices: {
        orders: { host: "orders.example.com", ports: { sql: { port: 5432, protocol: "tcp" } } },
      },
    },
  },
  *check({ externalServices = {} }) {
    for (const [name, { tls, ports }] of Object.entries(externalServices)) {
      if (!tls) continue;
      for (const { port, targetPort = port, protocol } of Object.values(ports)) {
        const known = negotiated[targetPort];
        if (protocol !== "tcp" || known === undefined) continue;
        yield { path: formatPath(["externalServices", name, "tls"]), ...text(name, targetPort, known) };
        break;
      }
    }
  },
};
