import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const toWeb = (prefix: string): object => ({ prefix, service: "web" });

export const routeUnique: DefinitionRule = {
  code: "MW108",
  severity: "error",
  title: "No two routes of a host have the same prefix",
  stage: "definition",
  examples: {
    wrong: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/api")] } }),
    right: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/web")] } }),
  },
  *check(definition) {
    for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
      for (const [host, { routes }] of Object.entries(hosts)) {
        const taken = new Map<string, number>();
        for (const [i, { prefix }] of routes.entries()) {
          const other = taken.get(withoutSlash(prefix));
          if (other === undefined) {
            taken.set(withoutSlash(prefix), i);
            continue;
          }
          yield {
            path: formatPath(["gateways", gateway, "hosts", host, "routes", i, "prefix"]),
            message: `routes[${other}] of ${host} already takes every request below ${prefix}`,
            cure: "remove one of them, or give it another prefix",
          };
        }
      }
    }
  },
};

function withoutSlash(prefix: string): string {
  return prefix.replace(/\/$/, "");
}
