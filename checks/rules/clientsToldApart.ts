import { clientsKey, type Gateway, type GatewayHost, type GatewayRoute, podsKey } from "../../catalog";
import { pages } from "../pages";
import type { HasFailed, MeshRule, Report, Text } from "../rule";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const ipBlocks = ["203.0.113.0/24"];
const withAdmin = (match: object): object =>
  withHosts({
    "shop.example.com": {
      tls,
      routes: [
        { prefix: "/", service: "web", ipBlocks },
        { prefix: "/public", service: "web", ...match },
      ],
    },
  });

export const wildcardLimited = (host: string): Text => ({
  message: `clients of "${host}" are limited, and the rule for it would not match requests that name a port in the host`,
  fix: "list the hosts one by one, or remove the lists of addresses",
});

export const conditionsLimited = (other: string): Text => ({
  message: `the routes of this host have different clients, and ${other} depends on more than a path, which the gateway's rules can't follow`,
  fix: "give all routes of the host the same lists of addresses, or give these routes a host of their own",
});

export const connectionsLimited = (host: string): Text => ({
  message: `the gateway also routes connections to "${host}", and its rules for requests would deny these to the same clients`,
  fix: "serve one of the two hosts at another gateway, with a release of its own",
});

export const clientsToldApart: MeshRule = {
  code: "MW321",
  severity: "error",
  title: "The gateway can tell apart the requests whose clients are limited",
  why: [
    "Lists of client addresses are enforced by an AuthorizationPolicy of the gateway, which matches hosts and paths.",
    "Where a route depends on headers, query parameters or methods, the rule would deny or admit the requests of another route.",
  ],
  see: pages.authorizationIngress,
  stage: "mesh",
  examples: {
    wrong: withAdmin({ match: { headers: { "x-canary": { exact: "true" } } } }),
    right: withAdmin({ ipBlocks, match: { headers: { "x-canary": { exact: "true" } } } }),
  },
  *check({ gateways }, hasFailed) {
    for (const group of Map.groupBy(gateways, ({ pods }) => podsKey(pods)).values()) {
      yield* judged(group, hasFailed);
    }
  },
};

function* judged(gateways: readonly Gateway[], hasFailed: HasFailed): Iterable<Report> {
  const hosts = gateways.flatMap((gateway) => gateway.hosts);
  const connections = hosts.find(({ traffic }) => traffic === "connections");
  for (const host of hosts.filter(({ traffic }) => traffic === "requests")) {
    const routes = routesOf(host);
    const limited = routes.find(({ clients }) => clients);
    if (!limited || routes.some((route) => listsFailed(route, hasFailed))) continue;
    const path = listOf(limited);
    if (host.host.startsWith("*")) yield { path, ...wildcardLimited(host.host) };
    if (connections) yield { path, ...connectionsLimited(connections.host) };
    const differ = new Set(routes.map(clientsKey)).size > 1;
    const other = routes.find(dependsOnMore);
    if (differ && other) yield { path, ...conditionsLimited(other.edge.path) };
  }
}

function routesOf({ routes }: GatewayHost): GatewayRoute[] {
  return routes.flatMap((route) => (route.edge === undefined ? [] : [route]));
}

/** Whether more than a path decides that a request takes a route. */
function dependsOnMore({ match: { uri, headers, queryParams, methods } }: GatewayRoute): boolean {
  return (
    "regex" in uri ||
    methods.length > 0 ||
    Object.keys(headers).length > 0 ||
    Object.keys(queryParams).length > 0
  );
}

/** Whether a list of a route's clients has the wrong form. */
export function listsFailed({ edge }: GatewayRoute, hasFailed: HasFailed): boolean {
  return hasFailed(`${edge.path}.ipBlocks`) || hasFailed(`${edge.path}.notIpBlocks`);
}

/** The path of a route's list of addresses. */
export function listOf({ clients, edge }: GatewayRoute): string {
  return `${edge.path}.${clients && clients.ipBlocks.length > 0 ? "ipBlocks" : "notIpBlocks"}`;
}
