import { type ExtAuthz, type ExtensionProvider, gatewayProxies, isHttp, type Mesh } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { http, withProvider } from "./example";

export const otherProtocol = ({ kind, service, port }: ExtensionProvider): Text => ({
  message: `proxies send ${kind === "envoyExtAuthzGrpc" ? "gRPC" : "HTTP"} requests, and the port "${port.name}" of "${service}" has the protocol ${port.protocol}`,
  fix:
    kind === "envoyExtAuthzGrpc"
      ? "name a port with the protocol grpc or http2"
      : "name a port with the protocol http or http2",
});

export const throughEgressGateway = (service: string): Text => ({
  message: `"${service}" is called through the egress gateway, and proxies send their requests for decisions past it`,
  fix: "remove egressGateway of the external service, or declare another one for the decisions",
});

export const decidesItself = (service: string): Text => ({
  message: `"${service}" is the provider itself: each of its decisions would need another one`,
  fix: "remove extAuthz, or name another provider",
});

export const severalProviders = (place: string, names: readonly string[]): Text => ({
  message: `the pods of the gateway "${place}" have several providers (${names.join(", ")}), and istiod then denies every request that one of them should decide`,
  fix: "name one provider for all hosts of these pods, or serve the hosts at another gateway, with a release of its own",
});

export const hostNotMatched = (host: string): Text => ({
  message: `the rule for "${host}" would not match requests that name a port in the host, and they would pass without a decision`,
  fix: "list the hosts one by one, or set extAuthz on the services",
});

export const connectionsDecided = (host: string): Text => ({
  message: `"${host}" routes connections at the same gateway, and the rules of external authorization are about requests`,
  fix: "serve one of the two hosts at another gateway, with a release of its own, or set extAuthz on the services",
});

export const providerReached: MeshRule = {
  code: "MW328",
  severity: "error",
  title: "Proxies can reach their external authorizer",
  why: [
    "If a proxy cannot reach its provider, it denies every request that the provider should decide.",
    "A request that the rule does not match passes without a decision.",
  ],
  see: pages.externalAuthorization,
  stage: "mesh",
  examples: {
    wrong: withProvider({ extAuthz: { provider: "opa" } }, { ports: { http } }),
    right: withProvider({ extAuthz: { provider: "opa" } }),
  },
  *check(mesh, hasFailed) {
    for (const provider of mesh.extensionProviders) {
      if (hasFailed(provider.path) || hasFailed(`services.${provider.service}`)) continue;
      yield* providerProblems(mesh, provider);
    }
    yield* gatewayProblems(mesh);
  },
};

function* providerProblems(mesh: Mesh, provider: ExtensionProvider): Iterable<Report> {
  const { kind, service, port, path, name } = provider;
  const fits = kind === "envoyExtAuthzGrpc" ? ["grpc", "http2"] : ["http", "http2"];
  if (!isHttp(port.protocol) || !fits.includes(port.protocol)) yield { path, ...otherProtocol(provider) };
  if (mesh.externalServices.some((one) => one.name === service && one.egressGateway)) {
    yield { path: `${path}.service`, ...throughEgressGateway(service) };
  }
  for (const { name: own, extAuthz } of mesh.services) {
    if (own === service && extAuthz?.provider === name) yield { path: extAuthz.path, ...decidesItself(own) };
  }
}

function* gatewayProblems(mesh: Mesh): Iterable<Report> {
  for (const { name, gateways } of gatewayProxies(mesh)) {
    const hosts = gateways.flatMap((gateway) => gateway.hosts);
    const decided = hosts.flatMap(({ host, extAuthz }) => (extAuthz ? [{ host, extAuthz }] : []));
    const names = [...new Set(decided.map(({ extAuthz }) => extAuthz.provider))].sort();
    const place = ({ path }: ExtAuthz): string => path;
    const [first] = decided;
    if (!first) continue;
    if (names.length > 1) {
      yield { path: `${place(first.extAuthz)}.provider`, ...severalProviders(name, names) };
    }
    const connections = hosts.find(({ traffic }) => traffic === "connections");
    if (connections) yield { path: place(first.extAuthz), ...connectionsDecided(connections.host) };
    for (const { host, extAuthz } of decided) {
      if (host.startsWith("*")) yield { path: place(extAuthz), ...hostNotMatched(host) };
    }
  }
}
