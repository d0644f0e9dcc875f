import { applies } from "./selection";
import { type Fields, fieldsAt, listAt, numberAt, textAt, textsAt } from "./field";
import { type Chain, chainFor, tcpRoute, tlsChains } from "./connectionRoute";
import { listenersOf } from "./gatewayApi/listener";
import type { RoutedRequest } from "./httpMatch";
import { isWithin, mostSpecific } from "./host";
import { type Model, objectsOf } from "./model";
import { nameOf, type ObjectName } from "./object";
import {
  type Candidate,
  candidatesOf,
  firstRoute,
  resolver,
  type Route,
  type RouteDestination,
} from "./routing";
import { isCatchAll } from "./httpMatch";
import { scopeOf } from "./scope";
import { serviceAt } from "./service";
import { servicesOf } from "./space";
import { type VirtualService, virtualServicesFor } from "./virtualService";
import type { Workload } from "./workload";

/** A server of a Gateway. */
export interface GatewayServer {
  /** The Gateway as `<namespace>/<name>`, as VirtualServices bind to it. */
  readonly gateway: string;
  readonly from: ObjectName;
  readonly port: number;
  readonly protocol: string;
  /** Hosts, each with the namespace whose VirtualServices may claim it: `*` is all of them. */
  readonly hosts: readonly { readonly namespace: string; readonly host: string }[];
  /** Mode of TLS. Undefined: plaintext. */
  readonly tls?: string;
  /** Oldest version of TLS that it accepts, in Istio's words. Default: `TLSV1_2`, Istio's own. */
  readonly minProtocolVersion: string;
  /** Newest version of TLS that it accepts. Default: `TLSV1_3`, Istio's own. */
  readonly maxProtocolVersion: string;
  /** The fields that name certificates, keys and CAs, such as `credentialName`. */
  readonly certificates: Readonly<Record<string, string>>;
  /** Names of which the certificate of a client must have one. Empty: any name. */
  readonly subjectAltNames: readonly string[];
  readonly httpsRedirect: boolean;
  /** Seconds since 1970. 0 if unknown. */
  readonly created: number;
}

/**
 * Returns the servers of the Gateways that select a workload, the oldest Gateway first.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function gatewayServers(model: Model, workload: Workload): GatewayServer[] {
  const derived = listenerServers(model, workload);
  const own = selectedServers(model, workload);
  return derived.length === 0 ? own : [...own, ...derived].sort((a, b) => a.created - b.created);
}

/** The servers that istiod derives from listeners of the Gateway API: on the ports of the Services that select the pods. */
function listenerServers(model: Model, workload: Workload): GatewayServer[] {
  const listeners = listenersOf(model);
  if (listeners.length === 0 || workload.proxy !== "gateway") return [];
  const services = servicesOf(model, workload);
  return listeners
    .filter(({ services: hosts, from, port }) =>
      services.some(
        (one) =>
          hosts.includes(one.host) &&
          one.namespace === from.namespace &&
          one.ports.some(({ number }) => number === port),
      ),
    )
    .map(({ gateway, from, port, protocol, hostname, namespaces, tls, created }) => ({
      gateway,
      from,
      port,
      protocol,
      hosts: namespaces.map((namespace) => ({ namespace, host: hostname || "*" })),
      ...(tls !== undefined && { tls }),
      minProtocolVersion: "TLSV1_2",
      maxProtocolVersion: "TLSV1_3",
      certificates: {},
      subjectAltNames: [],
      httpsRedirect: false,
      created,
    }));
}

function selectedServers(model: Model, workload: Workload): GatewayServer[] {
  return objectsOf(model, "Gateway", "networking.istio.io")
    .filter((one) => applies(one, workload))
    .flatMap((gateway) =>
      listAt(gateway.spec, "servers").map((server) => {
        const tls = fieldsAt(server, "tls");
        const mode = textAt(tls, "mode");
        return {
          gateway: `${gateway.namespace}/${gateway.name}`,
          from: nameOf(gateway),
          port: numberAt(fieldsAt(server, "port"), "number") ?? 0,
          protocol: (textAt(fieldsAt(server, "port"), "protocol") ?? "").toUpperCase(),
          hosts: textsAt(server, "hosts").map((entry) => serverHost(entry, gateway.namespace)),
          ...(isTls(server) && { tls: mode ?? "PASSTHROUGH" }),
          minProtocolVersion: versionAt(tls, "minProtocolVersion") ?? "TLSV1_2",
          maxProtocolVersion: versionAt(tls, "maxProtocolVersion") ?? "TLSV1_3",
          certificates: certificatesIn(tls),
          subjectAltNames: textsAt(tls, "subjectAltNames"),
          httpsRedirect: tls.httpsRedirect === true,
          created: gateway.created,
        };
      }),
    );
}

function versionAt(tls: Fields, key: string): string | undefined {
  const version = textAt(tls, key);
  return version === "TLS_AUTO" ? undefined : version;
}

const certificateFields = [
  "credentialName",
  "credentialNames",
  "caCertCredentialName",
  "serverCertificate",
  "privateKey",
  "caCertificates",
];

function certificatesIn(tls: Fields): Record<string, string> {
  const named = certificateFields.map(
    (key) => [key, textAt(tls, key) ?? textsAt(tls, key).join(", ")] as const,
  );
  return Object.fromEntries(named.filter(([, value]) => value !== ""));
}

function isTls(server: Fields): boolean {
  const protocol = (textAt(fieldsAt(server, "port"), "protocol") ?? "").toUpperCase();
  return protocol === "HTTPS" || protocol === "TLS";
}

function serverHost(entry: string, own: string): { namespace: string; host: string } {
  const [of = "*", host] = entry.includes("/") ? entry.split("/", 2) : ["*", entry];
  return { namespace: of === "." ? own : of, host: (host ?? "").toLowerCase() };
}

const httpProtocols = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTPS"];

/** Whether a gateway reads the requests that a server receives; otherwise only their connections. */
export function readsRequests({ protocol, tls }: GatewayServer): boolean {
  return httpProtocols.includes(protocol) && tls !== "PASSTHROUGH" && tls !== "AUTO_PASSTHROUGH";
}

/** Returns what a gateway does with a request. */
export function gatewayRoute(model: Model, workload: Workload, request: RoutedRequest): Route {
  const onPort = gatewayServers(model, workload).filter(({ port }) => port === request.port);
  const wanted = request.host.toLowerCase();
  const http = onPort.filter(readsRequests);
  const servers =
    request.scheme === "https" ? bySni(http, wanted) : http.filter(({ tls }) => tls === undefined);
  const [first] = servers;
  if (!first)
    return (
      connectionsOf(model, workload, request, onPort) ?? { outcome: "blocked", destinations: [], mirrors: [] }
    );

  const byHost = new Map<string, { candidates: Candidate[]; redirect: boolean }>();
  for (const server of servers) {
    for (const one of virtualServicesFor(model, workload.namespace, server.gateway)) {
      const own = server.hosts.filter(({ namespace }) => namespace === "*" || namespace === one.namespace);
      const candidates = candidatesOf(one, server.port, { workload, gateway: server.gateway });
      if (candidates.length === 0) continue;
      for (const host of intersection(
        own.map((each) => each.host),
        one.hosts,
      )) {
        const known = byHost.get(host) ?? { candidates: [], redirect: false };
        known.candidates.push(...candidates);
        known.redirect ||= server.httpsRedirect;
        byHost.set(host, known);
      }
    }
    if (!server.httpsRedirect) continue;
    for (const { host } of server.hosts) {
      byHost.set(host, { candidates: byHost.get(host)?.candidates ?? [], redirect: true });
    }
  }
  const hosts = [...byHost].map(([host, one]) => ({ host, ...one }));
  const found = mostSpecific(wanted, hosts, ({ host }) => host);
  if (!found) return { outcome: "not found", destinations: [], mirrors: [], by: first.from };
  if (found.redirect && request.scheme !== "https") {
    const redirect = { scheme: "https", redirectCode: 301 };
    return { outcome: "redirected", destinations: [], mirrors: [], by: first.from, redirect };
  }
  const resolve = resolverOf(model, workload, request);
  const lastly = (wide: boolean): Candidate[] =>
    found.candidates.filter(({ match }) => isCatchAll(match) === wide);
  return (
    firstRoute(model, [...lastly(false), ...lastly(true)], request, resolve) ?? {
      outcome: "not found",
      destinations: [],
      mirrors: [],
    }
  );
}

/** Servers of connections, whose TLS the gateway doesn't end, or ends without reading requests. */
function connectionsOf(
  model: Model,
  workload: Workload,
  request: RoutedRequest,
  onPort: readonly GatewayServer[],
): Route | undefined {
  const names = new Set<string>();
  const resolve = resolverOf(model, workload, request);
  const chains = onPort
    .filter((server) => !readsRequests(server))
    .flatMap((server): Chain[] => {
      const hosts = server.hosts.map(({ host }) => host);
      if (server.tls === "AUTO_PASSTHROUGH") {
        return [{ names: hosts, to: { outcome: "unknown", destinations: [], mirrors: [], by: server.from } }];
      }
      const proxy = { workload, gateway: server.gateway };
      const bound = virtualServicesFor(model, workload.namespace, server.gateway).filter((one) =>
        isServed(server, one),
      );
      if (server.tls === "PASSTHROUGH") {
        return tlsChains(bound, request.port, proxy, resolve).filter(isFirst);
      }
      const to = tcpRoute(bound, request.port, proxy, resolve);
      return to ? [{ names: server.tls === undefined ? [] : hosts, to }] : [];
    });
  return chainFor(chains, request.host.toLowerCase())?.to;

  /** istiod leaves out a chain with a name that an earlier one of the port has. */
  function isFirst(chain: Chain): boolean {
    if (chain.names.some((name) => names.has(name))) return false;
    chain.names.forEach((name) => names.add(name));
    return true;
  }
}

/** Whether a VirtualService has a host of a server. */
function isServed({ hosts }: GatewayServer, { hosts: own, namespace: of }: VirtualService): boolean {
  return hosts.some(
    ({ namespace, host }) =>
      (namespace === "*" || namespace === of) &&
      own.some((one) => isWithin(one, host) || isWithin(host, one)),
  );
}

function resolverOf(
  model: Model,
  workload: Workload,
  request: RoutedRequest,
): (destination: unknown) => RouteDestination {
  const { services } = scopeOf(model, workload);
  return resolver(model, workload, (host) => {
    const ports = serviceAt(services, host)?.ports ?? [];
    return (ports.length === 1 ? ports[0]?.number : undefined) ?? request.port;
  });
}

/** TLS servers are chosen by the name that the client asks for: the most specific of their hosts. */
function bySni(servers: readonly GatewayServer[], name: string): GatewayServer[] {
  const hosts = servers
    .filter(({ tls }) => tls !== undefined)
    .flatMap((server) => server.hosts.map(({ host }) => ({ server, host })));
  const found = mostSpecific(name, hosts, ({ host }) => host);
  return found ? [found.server] : [];
}

function intersection(own: readonly string[], others: readonly string[]): string[] {
  const result = own.flatMap((host) =>
    others.flatMap((other) => (isWithin(host, other) ? [host] : isWithin(other, host) ? [other] : [])),
  );
  return [...new Set(result)];
}
