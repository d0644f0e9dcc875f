import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const toWeb = (prefix: string): object => ({ prefix, service: "web" });

export const text = (host: string, prefix: string, first: string): Text => ({
  message: `${first} of ${host} already matches every request below ${prefix}`,
  fix: "remove one of them, or give it another prefix",
});

export const routeUnique: DefinitionRule = {
  code: "MW108",
  severity: "error",
  title: "Routes and redirects of a host have different prefixes",
  why: [
    "A VirtualService uses the first route that matches, so a second route with the same prefix never receives a request.",
    "Its service stays without traffic, and its methods and timeouts have no effect.",
  ],
  see: pages.virtualService,
  stage: "definition",
  examples: {
    wrong: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/api")] } }),
    right: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/web")] } }),
  },
  *check(definition) {
    for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
      for (const [host, { routes, redirects = [] }] of Object.entries(hosts)) {
        const taken = new Map<string, string>();
        const all = [
          ...routes.map(({ prefix }, i) => ({ prefix, path: ["routes", i] })),
          ...redirects.map(({ prefix }, i) => ({ prefix, path: ["redirects", i] })),
        ];
        for (const { prefix, path } of all) {
          const other = taken.get(withoutSlash(prefix));
          if (other === undefined) {
            taken.set(withoutSlash(prefix), formatPath(path));
            continue;
          }
          yield {
            path: formatPath(["gateways", gateway, "hosts", host, ...path, "prefix"]),
            ...text(host, prefix, other),
          };
        }
      }
    }
  },
};

function withoutSlash(prefix: string): string {
  return prefix.replace(/\/$/, "");
}
