import { alikeRoutes, type ClientAddresses, type GatewayRoute, includesPath, regionOf } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { listOf, listsFailed } from "./clientsToldApart";
import { admin, base, http } from "./example";

const withAdmin = (port: string): object => ({
  ...base,
  services: { web: { ports: { http, admin } } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [
            { prefix: "/", service: "web", port: "http" },
            { prefix: "/admin", service: "web", port, ipBlocks: ["203.0.113.0/24"] },
          ],
        },
      },
    },
  },
});

export const text = (callee: string, wider: string): Text => ({
  message: `clients that this route denies can take ${wider} to the same port of "${callee}", which may read spellings such as /ADMIN as this route's path`,
  fix: `give one of the routes another port of "${callee}" or another service, rewrite the two to separate paths, or set the same lists on both`,
});

export const clientsNotBypassed: MeshRule = {
  code: "MW322",
  severity: "warning",
  title: "No other route leads denied clients to the same paths of a service",
  why: [
    "A gateway denies clients by the path of a request, and routes other spellings of the path by a broader route.",
    "Many applications treat these spellings as the same path, so the list of addresses has no effect.",
  ],
  see: pages.securityBestPractices,
  suppress: "the application compares paths exactly, and no other host leads to these paths.",
  stage: "mesh",
  examples: { wrong: withAdmin("http"), right: withAdmin("admin") },
  *check({ gateways, delegates }, hasFailed) {
    for (const all of alikeRoutes([...gateways, ...delegates]).values()) {
      const routes = all.filter(
        (route) => !hasFailed(`${route.edge.path}.port`) && !listsFailed(route, hasFailed),
      );
      for (const route of routes) {
        const wider = routes.find(
          (other) => other !== route && includes(other, route) && !isAtLeast(other.clients, route.clients),
        );
        if (route.clients && wider)
          yield { path: listOf(route), ...text(route.edge.callee, wider.edge.path) };
      }
    }
  },
};

/** Whether the second route's paths are paths of the first. */
function includes(wider: GatewayRoute, route: GatewayRoute): boolean {
  return regionOf(route).some((path) => regionOf(wider).some((pattern) => includesPath(pattern, path)));
}

/** Whether the first lists deny every client that the second ones deny. */
function isAtLeast(given?: ClientAddresses, wanted?: ClientAddresses): boolean {
  if (!wanted) return true;
  if (!given) return false;
  const allowed =
    wanted.ipBlocks.length === 0 ||
    (given.ipBlocks.length > 0 && given.ipBlocks.every((block) => wanted.ipBlocks.includes(block)));
  return allowed && wanted.notIpBlocks.every((block) => given.notIpBlocks.includes(block));
}
