import {
  formatPath,
  type GatewayHostDefinition,
  type GatewayRouteDefinition,
  isHttp,
  type MeshDefinition,
  terminates,
} from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base } from "./example";

const broker = (host: object): object => ({
  ...base,
  services: { broker: { ports: { tls: { port: 8883, protocol: "tls" } } } },
  gateways: {
    public: { hosts: { "mqtt.example.com": { routes: [{ prefix: "/", service: "broker" }], ...host } } },
  },
});

export const notTerminated = (service: string, protocol: string): Text => ({
  message: `the gateway forwards TLS to "${service}" without terminating it, and the routed port has the protocol ${protocol}`,
  fix: 'set the protocol of the port to "tls" if the service terminates TLS, or remove tls.mode and give tls.credentialName',
});

export const terminatedTwice = (service: string): Text => ({
  message: `the gateway terminates TLS, and the routed port of "${service}" expects TLS`,
  fix: 'write tls: { mode: "PASSTHROUGH" }, or route to a port that expects plaintext from its proxy',
});

export const withoutSni = (): Text => ({
  message: "TCP connections without TLS have no SNI, so the gateway cannot tell which host they are for",
  fix: 'give tls.credentialName, or write tls: { mode: "PASSTHROUGH" }',
});

export const ofRequests = (field: string): Text => ({
  message: `the host routes connections, so ${field} has no effect`,
  fix: "remove it",
});

export const neverTaken = (): Text => ({
  message: "the first route already takes every connection",
  fix: "remove it",
});

export const withoutRequests = (lacking: string, fix = "remove it"): Text => ({
  message: `the host routes connections, ${lacking}`,
  fix,
});

const noPath = "which have no path";

export const connectionsRouted: DefinitionRule = {
  code: "MW531",
  severity: "error",
  title: "A host for connections has one route, to a port that expects what the gateway forwards",
  why: [
    "A gateway that forwards TCP connections sees no paths and headers, so a host can lead to one port only.",
    "With PASSTHROUGH the service receives TLS; with the other modes it receives what is inside.",
    "A port that expects the other of the two closes every connection.",
  ],
  see: pages.gateway,
  stage: "definition",
  examples: {
    wrong: broker({ tls: { credentialName: "mqtt" }, port: 8883 }),
    right: broker({ tls: { mode: "PASSTHROUGH" }, port: 8883 }),
  },
  *check(definition, _, hasFailed) {
    for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
      for (const [name, host] of Object.entries(hosts)) {
        if (host.port === undefined && host.tls.mode !== "PASSTHROUGH") continue;
        const at = ["gateways", gateway, "hosts", name];
        const failed = host.routes.some(({ service }) =>
          hasFailed(formatPath(["services", service, "ports"])),
        );
        if (failed || hasFailed(formatPath(at))) continue;
        for (const [path, text] of wrong(definition, host)) {
          yield { path: formatPath([...at, ...path]), ...text };
        }
      }
    }
  },
};

type Wrong = readonly [path: (string | number)[], text: Text];

function* wrong(definition: MeshDefinition, host: GatewayHostDefinition): Iterable<Wrong> {
  const { tls, routes, redirects, directResponses, delegates, acmeHttp01, cors } = host;
  let connections = tls.mode === "PASSTHROUGH";
  for (const [i, { service, port }] of routes.entries()) {
    const ports = definition.services[service]?.ports ?? {};
    const protocol = (port === undefined ? Object.values(ports)[0] : ports[port])?.protocol;
    if (protocol === undefined) continue;
    connections ||= !isHttp(protocol);
    const at = ["routes", i, "service"];
    if (tls.mode === "PASSTHROUGH" && protocol !== "tls") yield [at, notTerminated(service, protocol)];
    if (terminates(tls) && protocol === "tls") yield [at, terminatedTwice(service)];
  }
  if (!connections) return;
  if (tls.mode === "DISABLE") yield [["tls", "mode"], withoutSni()];
  for (const [field, given] of Object.entries({ redirects, directResponses, delegates, acmeHttp01, cors })) {
    if (given !== undefined) yield [[field], ofRequests(field)];
  }
  for (const [i, route] of routes.entries()) {
    for (const [field, text] of wrongAt(i, route)) yield [["routes", i, ...field], text];
  }
}

function* wrongAt(
  i: number,
  { prefix, match, rewrite, headers, destinations }: GatewayRouteDefinition,
): Iterable<Wrong> {
  if (i > 0) yield [[], neverTaken()];
  else if (match !== undefined) yield [["match"], withoutRequests(`${noPath} and no headers`)];
  else if (prefix !== undefined && prefix !== "/")
    yield [["prefix"], withoutRequests(noPath, 'set it to "/"')];
  else if (rewrite !== undefined) yield [["rewrite"], withoutRequests(noPath)];
  if (destinations !== undefined) yield [["destinations"], withoutRequests("to one service")];
  if (headers !== undefined) yield [["headers"], withoutRequests("which have no headers")];
}
