import type { GatewayRoute } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const delegated = (prefix: string): object => ({
  ...base,
  services: { web: { ports: { http } } },
  delegates: { storefront: { exportTo: "edge", prefix: "/shop", routes: [{ prefix, service: "web" }] } },
});

export const outside = (prefix: string): Text => ({
  message: `the path is not below "${prefix}", which is delegated, and istiod leaves out the route`,
  fix: `write a path below "${prefix}", and set rewrite if the service has other paths`,
});

export const expression = (): Text => ({
  message:
    "istiod leaves out a delegate's route with a regular expression, because it can't compare it with the prefix",
  fix: "route by prefix or match.uri.exact",
});

export const limited = (): Text => ({
  message: "the gateway's policies are those of the host's owner, so lists of addresses have no effect here",
  fix: "remove them, and list the addresses in the owner's catalog",
});

export const nameTaken = (name: string): Text => ({
  message: `the service "${name}" has a VirtualService of the same name`,
  fix: "give the delegate another name, in this catalog and in the owner's",
});

export const delegateWithin: MeshRule = {
  code: "MW537",
  severity: "error",
  title: "Routes of a delegate lie within the delegated paths",
  why: [
    "istiod merges each route of a delegate with the match of its root, and leaves out a route that the root does not match.",
    "Requests for it then take another route of the host, or get 404.",
  ],
  see: pages.virtualService,
  stage: "mesh",
  examples: { wrong: delegated("/cart"), right: delegated("/shop/cart") },
  *check({ delegates, namespace, services, externalServices }, hasFailed) {
    const taken = [...services, ...externalServices].filter((one) => one.namespace === namespace);
    for (const { name, prefix, hosts, path } of delegates) {
      if (taken.some((one) => one.name === name)) yield { path, ...nameTaken(name) };
      if (hasFailed(`${path}.prefix`)) continue;
      for (const route of hosts.flatMap(({ routes }) => routes)) {
        if (route.edge === undefined) continue;
        const at = route.edge.path;
        const { uri } = route.match;
        if ("regex" in uri) yield { path: `${at}.match.uri.regex`, ...expression() };
        else if (!isWithin(route, prefix)) {
          yield { path: "prefix" in uri ? `${at}.prefix` : `${at}.match.uri.exact`, ...outside(prefix) };
        }
        if (route.clients) {
          const field = route.clients.ipBlocks.length > 0 ? "ipBlocks" : "notIpBlocks";
          yield { path: `${at}.${field}`, ...limited() };
        }
      }
    }
  },
};

function isWithin({ match: { uri } }: GatewayRoute, prefix: string): boolean {
  const [path = ""] = Object.values(uri);
  const bare = prefix.replace(/\/$/, "");
  return path.replace(/\/$/, "") === bare || path.startsWith(`${bare}/`);
}
