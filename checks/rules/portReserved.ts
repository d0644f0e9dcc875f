import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base } from "./example";

/**
 * Ports that the sidecar itself listens on.
 *
 * @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
 */
const reserved = new Map([
  [15000, "Envoy's admin interface"],
  [15001, "outbound traffic"],
  [15006, "inbound traffic"],
  [15008, "HBONE"],
  [15020, "the agent's metrics and probes"],
  [15021, "the proxy's readiness"],
  [15053, "DNS"],
  [15090, "Envoy's metrics"],
]);

/** Those of a proxy without a redirection of connections. */
const ofGateways = [15000, 15020, 15021, 15090];

const listening = (port: number): object => ({
  ...base,
  services: { web: { ports: { http: { port: 80, targetPort: port, protocol: "http" } } } },
});

/** @param use what the sidecar uses the port for. */
export const text = (service: string, port: number, use: string): Text => ({
  message: `"${service}" uses the port ${port}, which every sidecar uses for ${use}: requests reach the proxy instead of the application`,
  fix: "use another port: 15000–15090 are reserved for Istio",
});

/** @param use what the gateway's proxy uses the port for. */
export const gatewayText = (host: string, port: number, use: string): Text => ({
  message: `the gateway serves ${host} on the port ${port}, which its proxy uses for ${use}`,
  fix: "use another port: 15000–15090 are reserved for Istio",
});

export const portReserved: DefinitionRule = {
  code: "MW343",
  severity: "error",
  title: "A service or a gateway's host uses no port of the proxy",
  why: [
    "The sidecar listens on ports from 15000 to 15090 in the same network namespace as the application.",
    "An application on one of them fails to bind, or its requests are answered by the proxy.",
    "A gateway's listener on one of them is refused, or answers the probes of the pod, which is then restarted.",
  ],
  see: pages.applicationRequirements,
  stage: "definition",
  examples: { wrong: listening(15020), right: listening(8080) },
  *check({ services, gateways = {} }) {
    for (const [service, { ports = {} }] of Object.entries(services)) {
      for (const [name, { port, targetPort }] of Object.entries(ports)) {
        for (const [field, number] of Object.entries({ port, targetPort })) {
          const use = reserved.get(number ?? 0);
          if (number === undefined || use === undefined) continue;
          yield {
            path: formatPath(["services", service, "ports", name, field]),
            ...text(service, number, use),
          };
        }
      }
    }
    for (const [name, { hosts }] of Object.entries(gateways)) {
      for (const [host, { port }] of Object.entries(hosts)) {
        const use = reserved.get(port ?? 0);
        if (port === undefined || use === undefined || !ofGateways.includes(port)) continue;
        yield {
          path: formatPath(["gateways", name, "hosts", host, "port"]),
          ...gatewayText(host, port, use),
        };
      }
    }
  },
};
