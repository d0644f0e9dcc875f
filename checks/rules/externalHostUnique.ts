import { type ExternalServiceDefinition, formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const plain = { ports: { http: { port: 80, targetPort: 443, protocol: "http" } }, tls: { mode: "SIMPLE" } };

/** @param shared what both have. */
export const text = (host: string, first: string, second: string, shared: string): Text => ({
  message: `"${first}" and "${second}" both have the host ${host}, and ${shared}: which settings apply is undefined`,
  fix: "declare it once, and use that name in all calls; or give them different ports, with different names",
});

export const externalHostUnique: DefinitionRule = {
  code: "MW601",
  severity: "error",
  title: "A port of an external host is declared once",
  why: [
    "Proxies have one set of timeouts, limits and TLS settings for each port of a host.",
    "External services of one host share its objects, so they must not have the same port, and must agree on the rest.",
  ],
  see: pages.serviceEntry,
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { one: external, two: external } },
    right: { ...base, services, externalServices: { one: external, two: { ...external, ...plain } } },
  },
  *check({ externalServices = {} }) {
    const taken = new Map<string, [string, ExternalServiceDefinition][]>();
    for (const [name, own] of Object.entries(externalServices)) {
      const others = taken.get(own.host) ?? [];
      for (const [other, definition] of others) {
        const shared = both(definition, own);
        if (shared === undefined) continue;
        yield {
          path: formatPath(["externalServices", name, "host"]),
          ...text(own.host, other, name, shared),
        };
        break;
      }
      taken.set(own.host, [...others, [name, own]]);
    }
  },
};

/** What keeps two external services of one host from sharing its objects, if anything. */
function both(one: ExternalServiceDefinition, other: ExternalServiceDefinition): string | undefined {
  const [names, numbers] = [Object.keys(one.ports), Object.values(one.ports).map(({ port }) => port)];
  for (const [name, { port }] of Object.entries(other.ports)) {
    if (numbers.includes(port)) return `the port ${port}`;
    if (names.includes(name)) return `a port with the name "${name}"`;
  }
  if (one.egressGateway || other.egressGateway) return "the egress gateway tells hosts apart, not ports";
  const where = ({ addresses = [], resolution }: ExternalServiceDefinition): string =>
    JSON.stringify([[...addresses].sort(), resolution]);
  return where(one) === where(other) ? undefined : "different addresses or another resolution";
}
