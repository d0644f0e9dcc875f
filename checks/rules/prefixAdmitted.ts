import { alikeRoutes, type GatewayRoute, includesPath, prefixOf } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const routed = (...paths: string[]): object => ({
  ...base,
  services: { api: { ports: { http } } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/api/v1", service: "api", paths }],
        },
      },
    },
  },
});

/** @param result what happens to requests for the prefix. */
export const text = (prefix: string, result: string): Text => ({
  message: `the route also matches ${prefix}, but "${prefix}/*" admits only the paths below it: for ${prefix} ${result}`,
  fix: `add "${prefix}"`,
});

export const prefixAdmitted: MeshRule = {
  code: "MW370",
  severity: "warning",
  title: "A route's paths include its prefix itself",
  why: [
    "A route with the prefix `/api` also matches the path `/api` itself, but the pattern `/api/*` admits only the paths below it.",
    "Requests for the prefix itself are routed to the service, and then denied or admitted by another rule.",
  ],
  see: pages.authorizationPolicy,
  suppress: "the prefix itself must not be admitted.",
  stage: "mesh",
  examples: { wrong: routed("/api/v1/*"), right: routed("/api/v1", "/api/v1/*") },
  *check({ gateways, delegates }) {
    for (const routes of alikeRoutes([...gateways, ...delegates]).values()) {
      for (const route of routes) {
        const { edge } = route;
        const path = prefixOf(route);
        // Paths that exclude more than the prefix itself are intended.
        if (path === undefined || admits(route, path) || !edge.paths.includes(`${path}/*`)) continue;
        const other = routes.find((one) => admits(one, path));
        const result = other
          ? `the rule of ${other.edge.path} applies`
          : `"${edge.callee}" responds with 403`;
        yield {
          path: `${edge.path}.paths`,
          ...text(path, result),
        };
      }
    }
  },
};

/** Whether the rule of a route admits a path. */
function admits({ edge: { paths } }: GatewayRoute, path: string): boolean {
  return paths.length === 0 || paths.some((pattern) => includesPath(pattern, path));
}
