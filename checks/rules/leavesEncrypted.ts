import { formatPath, isHttp } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http } } };
const bank = { host: "bank.example.com", ports: { http: { port: 80, targetPort: 443, protocol: "http" } } };

/** @param secure whether callers send the requests to port 443 already. */
export const text = (external: string, secure = false): Text => ({
  message: `requests to "${external}" leave the mesh as plaintext`,
  fix: secure
    ? 'for clients with https:// declare protocol: "tls"; for clients with http:// declare port: 80 with targetPort: 443, and add tls: { mode: "SIMPLE" }'
    : 'add tls: { mode: "SIMPLE" } and targetPort: 443 at the port, or suppress this with the reason',
});

export const leavesEncrypted: DefinitionRule = {
  code: "MW604",
  severity: "warning",
  title: "Requests leave the mesh encrypted",
  why: [
    "HTTP requests to an external host leave the cluster as plaintext, with their headers and tokens.",
    "With `tls` the proxy originates TLS, and still sees the requests, so timeouts, retries and metrics keep working.",
  ],
  see: pages.egressTls,
  suppress: "the network to the host is encrypted otherwise, such as by a VPN or private link.",
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { bank } },
    right: { ...base, services, externalServices: { bank: { ...bank, tls: { mode: "SIMPLE" } } } },
  },
  *check({ externalServices = {} }, isWritten, hasFailed) {
    for (const [name, { ports }] of Object.entries(externalServices)) {
      if (hasFailed(formatPath(["externalServices", name, "ports"]))) continue;
      if (
        isWritten("externalServices", name, "tls") ||
        !Object.values(ports).some(({ protocol }) => isHttp(protocol))
      )
        continue;
      yield {
        path: formatPath(["externalServices", name]),
        ...text(
          name,
          Object.values(ports).every(({ protocol, port }) => !isHttp(protocol) || port === 443),
        ),
      };
    }
  },
};
