import {
  formatPath,
  type GatewayHostDefinition,
  isHttp,
  type MeshDefinition,
  terminates,
} from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Report } from "../rule";
import { base } from "./example";

const broker = (host: object): object => ({
  ...base,
  services: { broker: { ports: { tls: { port: 8883, protocol: "tls" } } } },
  gateways: {
    public: { hosts: { "mqtt.example.com": { routes: [{ prefix: "/", service: "broker" }], ...host } } },
  },
});

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
        for (const [path, message, fix] of wrong(definition, host)) {
          yield { path: formatPath([...at, ...path]), message, fix } satisfies Report;
        }
      }
    }
  },
};

function* wrong(
  definition: MeshDefinition,
  { tls, routes, redirects, directResponses, delegates, acmeHttp01, cors }: GatewayHostDefinition,
): Iterable<readonly [path: (string | number)[], message: string, fix: string]> {
  let connections = tls.mode === "PASSTHROUGH";
  for (const [i, { service, port }] of routes.entries()) {
    const ports = definition.services[service]?.ports ?? {};
    const protocol = (port === undefined ? Object.values(ports)[0] : ports[port])?.protocol;
    if (protocol === undefined) continue;
    connections ||= !isHttp(protocol);
    if (tls.mode === "PASSTHROUGH" && protocol !== "tls") {
      yield [
        ["routes", i, "service"],
        `the gateway forwards TLS to "${service}" without terminating it, and the routed port speaks ${protocol}`,
        'set the protocol of the port to "tls" if the service terminates TLS, or remove tls.mode and give tls.credentialName',
      ];
    }
    if (terminates(tls) && protocol === "tls") {
      yield [
        ["routes", i, "service"],
        `the gateway terminates TLS, and the routed port of "${service}" expects TLS`,
        'write tls: { mode: "PASSTHROUGH" }, or route to a port that expects plaintext from its proxy',
      ];
    }
  }
  if (!connections) return;
  if (tls.mode === "DISABLE") {
    yield [
      ["tls", "mode"],
      "TCP connections without TLS have no SNI, so the gateway cannot tell which host they are for",
      'give tls.credentialName, or write tls: { mode: "PASSTHROUGH" }',
    ];
  }
  for (const [field, given] of Object.entries({ redirects, directResponses, delegates, acmeHttp01, cors })) {
    if (given !== undefined)
      yield [[field], `the host routes connections, so ${field} has no effect`, "remove it"];
  }
  for (const [i, { prefix, match, rewrite, headers, destinations }] of routes.entries()) {
    if (i > 0) yield [["routes", i], "the first route already takes every connection", "remove it"];
    else if (match !== undefined)
      yield [
        ["routes", i, "match"],
        "the host routes connections, which have no path and no headers",
        "remove it",
      ];
    else if (prefix !== undefined && prefix !== "/")
      yield [["routes", i, "prefix"], "the host routes connections, which have no path", 'set it to "/"'];
    else if (rewrite !== undefined)
      yield [["routes", i, "rewrite"], "the host routes connections, which have no path", "remove it"];
    if (destinations !== undefined)
      yield [["routes", i, "destinations"], "the host routes connections, to one service", "remove it"];
    if (headers !== undefined)
      yield [["routes", i, "headers"], "the host routes connections, which have no headers", "remove it"];
  }
}
