import { type ExternalServiceDefinition, formatPath, isHttp, isWildcard } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Report, Text } from "../rule";
import { base, external, http } from "./example";

const services = { web: { ports: { http } } };
const files = { ...external, host: "*.files.example.com" };

export const protocolHidden = (host: string, port: string, protocol: string): Text => ({
  message: `connections to the port "${port}" have the protocol ${protocol}, which does not name the host: proxies can't compare it with ${host}`,
  fix: isHttp(protocol as "http")
    ? 'declare protocol: tls for callers that use TLS themselves, add resolution: "DYNAMIC_DNS", or declare each host'
    : "declare protocol: tls for callers that use TLS themselves, or declare each host",
});

export const fieldNeedsHost = (host: string, field: string): Text => ({
  message: `${field} needs a single host, and ${host} stands for many`,
  fix: `remove ${field}, or declare each host`,
});

export const resolvedAnyway = (host: string): Text => ({
  message: `${host} has no wildcard, so proxies resolve it by DNS without resolution`,
  fix: "remove resolution",
});

export const wildcardOutside: DefinitionRule = {
  code: "MW610",
  severity: "error",
  title: "An external host with a wildcard has only settings that work for many hosts",
  why: [
    "A proxy compares a wildcard with the name in the SNI of a TLS connection.",
    "Other connections do not carry a name that it can compare without resolving it, and DNS has no address for a wildcard.",
    "TLS origination and the egress gateway need one host to which they connect.",
  ],
  see: pages.serviceEntry,
  stage: "definition",
  examples: {
    wrong: { ...base, services, externalServices: { files: { ...files, egressGateway: true } } },
    right: { ...base, services, externalServices: { files } },
  },
  *check({ externalServices = {} }) {
    for (const [name, own] of Object.entries(externalServices)) {
      const path = ["externalServices", name];
      const { host, resolution } = own;
      if (isWildcard(host)) yield* judged(own, path);
      else if (resolution) yield { path: formatPath([...path, "resolution"]), ...resolvedAnyway(host) };
    }
  },
};

function* judged(own: ExternalServiceDefinition, path: readonly string[]): Iterable<Report> {
  const { host, ports, resolution, egressGateway } = own;
  for (const [name, { protocol }] of Object.entries(ports)) {
    if (protocol === "tls" || (resolution && isHttp(protocol))) continue;
    yield { path: formatPath([...path, "ports", name, "protocol"]), ...protocolHidden(host, name, protocol) };
  }
  const given = {
    addresses: own.addresses,
    egressGateway: egressGateway === true || undefined,
    tls: own.tls,
  };
  for (const [field, value] of Object.entries(given)) {
    if (value !== undefined) yield { path: formatPath([...path, field]), ...fieldNeedsHost(host, field) };
  }
}
