import { alikeRoutes, type GatewayRoute, includesPath, prefixOf } from "../../catalog";
import type { MeshRule } from "../rule";
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

export const prefixAdmitted: MeshRule = {
  code: "MW370",
  severity: "warning",
  title: "A route's paths admit its prefix itself",
  stage: "mesh",
  examples: { wrong: routed("/api/v1/*"), right: routed("/api/v1", "/api/v1/*") },
  *check({ gateways }) {
    for (const routes of alikeRoutes(gateways).values()) {
      for (const route of routes) {
        const { edge } = route;
        const path = prefixOf(route);
        // Paths that leave out more than the prefix itself were chosen so.
        if (admits(route, path) || !edge.paths.includes(`${path}/*`)) continue;
        const other = routes.find((one) => admits(one, path));
        const result = other ? `the rule of ${other.edge.path} applies` : `"${edge.callee}" answers 403`;
        yield {
          path: `${edge.path}.paths`,
          message: `the route matches ${path} too, but "${path}/*" only admits the paths below it: for ${path} ${result}`,
          fix: `add "${path}"`,
        };
      }
    }
  },
};

/** Whether the rule of a route admits a path. */
function admits({ edge: { paths } }: GatewayRoute, path: string): boolean {
  return paths.length === 0 || paths.some((pattern) => includesPath(pattern, path));
}
