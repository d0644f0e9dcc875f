import { conditionsKey, formatPath, type RouteMatch, type RoutePattern, uriOf } from "../../catalog";
import { pages } from "../pages";
import { entrances } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const tls = { credentialName: "shop" };
const toWeb = (prefix: string): object => ({ prefix, service: "web" });

export const text = (host: string, uri: RouteMatch["uri"], first: string): Text => ({
  message: `${first} of ${host} already matches every request ${"prefix" in uri ? `below ${uri.prefix}` : `with the path ${Object.values(uri).join("")}`}`,
  fix: "remove one of them, or give it another prefix or other methods",
});

export const routeUnique: DefinitionRule = {
  code: "MW108",
  severity: "error",
  title: "Routes, redirects and direct responses of a host match different requests",
  why: [
    "A VirtualService uses the first route that matches, so a second route with the same prefix and methods never receives a request.",
    "Its service stays without traffic, and its methods and timeouts have no effect.",
  ],
  see: pages.virtualService,
  stage: "definition",
  examples: {
    wrong: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/api")] } }),
    right: withHosts({ "shop.example.com": { tls, routes: [toWeb("/api"), toWeb("/web")] } }),
  },
  *check(definition) {
    for (const { host, own, path: at } of entrances(definition)) {
      const { routes, redirects = [], directResponses = [], delegates = [] } = own;
      const taken: { readonly key: string; readonly one: RoutePattern; readonly at: string }[] = [];
      const all = [
        ...routes.map((one, i) => ({ one, path: ["routes", i] })),
        ...redirects.map((one, i) => ({ one, path: ["redirects", i] })),
        ...directResponses.map((one, i) => ({ one, path: ["directResponses", i] })),
        ...delegates.map((one, i) => ({ one, path: ["delegates", i] })),
      ];
      for (const { one, path } of all) {
        const key = conditionsKey(one);
        const other = taken.find(
          (before) => before.key === key && (path[0] !== "routes" || methodsMeet(before.one, one)),
        );
        taken.push({ key, one, at: formatPath(path) });
        if (!other) continue;
        const uri = uriOf(one);
        yield {
          path: formatPath([...at, ...path, ...fieldOf(one)]),
          ...text(host, uri, other.at),
        };
      }
    }
  },
};

/** Whether both match every method, or some of the same ones. One without methods comes last, for all others. */
function methodsMeet({ methods }: RoutePattern, { methods: others }: RoutePattern): boolean {
  if (!methods || !others) return methods === others;
  return methods.some((name) => others.includes(name));
}

function fieldOf({ prefix, match }: RoutePattern): string[] {
  if (match?.uri) return ["match", "uri"];
  return prefix === undefined ? [] : ["prefix"];
}
