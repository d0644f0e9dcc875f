import {
  formatPath,
  type GatewayRoute,
  isHttp,
  type Mesh,
  parsePath,
  routesOf,
  type Service,
  tenantKeys,
} from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { isFromClaim, passesOn, routesOfEdge } from "../tenantHeaders";
import { withHosts } from "./example";

const routed = (own: object): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web", ...own }],
    },
  }),
  services: {
    web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { api: {} } },
    api: {
      ports: { http: { port: 8080, protocol: "http" } },
      rateLimit: { requests: 100, per: "1s", quota: { header: "x-tenant-id", requests: 600, per: "1m" } },
    },
  },
});

/** @param routes paths of the routes from which requests reach the service through others. */
export const text = (header: string, service: string, routes: readonly string[]): Text => ({
  message: `clients can send "${header}" in requests of ${routes.join(", ")}, and the services behind them can pass it on to "${service}", which counts requests by this header`,
  fix: `add headers: { request: { remove: ["${header}"] } } to these routes, or replace header with claim`,
});

export const tenantHeaderRemoved: MeshRule = {
  code: "MW348",
  severity: "warning",
  title: "A header that identifies tenants is removed where requests enter the mesh",
  why: [
    "Applications and tracing libraries copy headers of a request to the calls that they make for it.",
    "A header of a client then reaches the limited service, as if a service of the mesh had set it.",
    "The client can spend another tenant's quota.",
  ],
  see: pages.limits,
  suppress: "the services behind these routes verify that the client may act for the tenant in the header.",
  stage: "mesh",
  examples: {
    wrong: routed({}),
    right: routed({ headers: { request: { remove: ["x-tenant-id"] } } }),
  },
  *check(mesh, hasFailed) {
    for (const service of mesh.services) {
      for (const { key, path } of tenantKeys(service)) {
        if (!("header" in key) || hasFailed(path)) continue;
        const { header } = key;
        const open = entrancesOf(service, header, mesh).filter(
          (route) => passesOn(header, route) && !hasFailed(`${route.edge.path}.headers`),
        );
        if (open.length === 0) continue;
        const routes = open.map(({ edge }) => edge.path);
        yield { path: formatPath([...parsePath(path), "header"]), ...text(header, service.name, routes) };
      }
    }
  },
};

/**
 * The routes from which a request can lead to calls of a service, through others, on which no proxy replaces the header.
 * Routes to the service itself are those of check MW347.
 */
function entrancesOf(service: Service, header: string, mesh: Mesh): GatewayRoute[] {
  const byName = new Map(mesh.services.map((one) => [one.name, one]));
  const routes = mesh.gateways.flatMap(routesOf);
  const found = new Set<GatewayRoute>();
  const seen = new Set([service.name]);
  const open = [service];
  for (let here = open.pop(); here; here = open.pop()) {
    for (const edge of here.incoming) {
      if (!isHttp(edge.port.protocol) || isFromClaim(header, edge, mesh)) continue;
      if (edge.source.kind === "gateway" && here !== service) {
        for (const route of routesOfEdge(edge, routes)) found.add(route);
      }
      const caller = edge.source.kind === "service" ? byName.get(edge.source.name) : undefined;
      if (!caller || seen.has(caller.name)) continue;
      seen.add(caller.name);
      open.push(caller);
    }
  }
  return routes.filter((route) => found.has(route));
}
