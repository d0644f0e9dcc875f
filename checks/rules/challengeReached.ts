import { type GatewayHost, includesPath, type Mesh, podsKey, terminates } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { withHosts } from "./example";

const challenges = "/.well-known/acme-challenge/*";

const withAcme = (host: object): object =>
  withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web" }],
      acmeHttp01: true,
      ...host,
    },
  });

export const notRedirected = (): Text => ({
  message: "acmeHttp01 changes the redirect of plain HTTP to HTTPS, and this host has none",
  fix: "remove acmeHttp01, or terminate TLS at the gateway on port 443",
});

export const wildcard = (host: string): Text => ({
  message: `HTTP-01 can't prove the ownership of "${host}"`,
  fix: "use DNS-01, and remove acmeHttp01",
});

export const decided = (): Text => ({
  message:
    "the external authorizer would also decide the requests of the challenge, which carry no credentials",
  fix: `add "${challenges}" to notPaths`,
});

export const limited = (route: string): Text => ({
  message: `the lists of addresses of ${route} also apply to the challenge, and the addresses of ACME servers are not published`,
  fix: "use DNS-01 and remove acmeHttp01, or remove the lists of addresses",
});

export const elsewhere = (first: string): Text => ({
  message: `istiod serves Ingresses at one gateway only, and ${first} is at another one`,
  fix: "use acmeHttp01 at one gateway, and DNS-01 for the hosts of the other one",
});

export const challengeReached: MeshRule = {
  code: "MW536",
  severity: "error",
  title: "ACME challenges reach their solver",
  why: [
    "The ACME server requests a path below `/.well-known/acme-challenge` over plain HTTP, from any address and without credentials.",
    "If the gateway answers otherwise, no certificate is issued or renewed, and TLS fails when the old one expires.",
  ],
  see: pages.gateway,
  stage: "mesh",
  examples: {
    wrong: withAcme({ port: 8443 }),
    right: withAcme({}),
  },
  *check(mesh, hasFailed) {
    const first = solved(mesh)[0];
    for (const { host, key } of solved(mesh)) {
      const at = `${host.path}.acmeHttp01`;
      const route = host.routes.find((one) => one.edge && one.clients);
      if (hasFailed(`${host.path}.tls`) || hasFailed(`${host.path}.port`)) continue;
      if (host.traffic === "connections") continue; // MW531 reports it.
      if (!terminates(host.tls) || host.port !== 443) yield { path: at, ...notRedirected() };
      else if (host.host.startsWith("*")) yield { path: at, ...wildcard(host.host) };
      else if (first && first.key !== key) yield { path: at, ...elsewhere(first.host.path) };
      if (route?.edge) yield { path: at, ...limited(route.edge.path) };
      const { extAuthz } = host;
      if (extAuthz && isDecided(extAuthz)) yield { path: `${extAuthz.path}.notPaths`, ...decided() };
    }
  },
};

function solved({ gateways }: Mesh): { readonly host: GatewayHost; readonly key: string }[] {
  return gateways.flatMap(({ hosts, pods }) =>
    hosts.filter(({ acmeHttp01 }) => acmeHttp01).map((host) => ({ host, key: podsKey(pods) })),
  );
}

function isDecided({ paths, notPaths }: NonNullable<GatewayHost["extAuthz"]>): boolean {
  const meets = (pattern: string): boolean =>
    includesPath(pattern, challenges) || includesPath(challenges, pattern);
  return (paths.length === 0 || paths.some(meets)) && !notPaths.some((one) => includesPath(one, challenges));
}
