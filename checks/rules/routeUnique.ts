import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const toWeb = (prefix: string): object => ({ prefix, service: "web" });

export const routeUnique: DefinitionRule = {
  code: "MW108",
  severity: "error",
  title: "No two routes or redirects of a host have the same prefix",
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
            message: `${other} of ${host} already takes every request below ${prefix}`,
            fix: "remove one of them, or give it another prefix",
          };
        }
      }
    }
  },
};

function withoutSlash(prefix: string): string {
  return prefix.replace(/\/$/, "");
}
