import { formatPath, includesPath, parsePath, routesOf, tenantKeys } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { isFromClaim, passesOn, routesOfEdge } from "../tenantHeaders";
import { withHosts } from "./example";

const limited = (key: object): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web", methods: ["GET"], endUser: {} }],
    },
  }),
  services: {
    web: {
      ports: { http: { port: 8080, protocol: "http" } },
      rateLimit: { requests: 100, per: "1s", quota: { ...key, requests: 600, per: "1m" } },
    },
  },
  jwtRules: [{ issuer: "https://auth.example.com" }],
});

/** @param routes paths of the routes from which requests reach the service directly. */
export const text = (header: string, service: string, routes: readonly string[]): Text => ({
  message: `clients of ${routes.join(", ")} choose the value of "${header}": they spend the quota of any tenant of "${service}", or get a new one with each value`,
  fix: `replace header with claim, such as claim: "tenant_id", which proxies take from the validated token; or set the header at these routes with headers.request.set`,
});

export const tenantHeaderTrusted: MeshRule = {
  code: "MW347",
  severity: "error",
  title: "Tenants are not identified by a header that clients of a gateway set",
  why: [
    "The proxy of the limited service counts a request before the application receives it.",
    "If the request comes straight from a gateway, its headers are those of the client, unless a proxy sets them.",
    "The client can then spend another tenant's quota, and avoid its own.",
  ],
  see: pages.limits,
  stage: "mesh",
  examples: { wrong: limited({ header: "x-tenant-id" }), right: limited({ claim: "tenant_id" }) },
  *check(mesh, hasFailed) {
    const routes = mesh.gateways.flatMap(routesOf);
    for (const service of mesh.services) {
      const direct = service.incoming.filter(({ source }) => source.kind === "gateway");
      for (const { key, path, paths } of tenantKeys(service)) {
        if (!("header" in key) || hasFailed(path)) continue;
        const { header } = key;
        const forged = direct
          .filter((edge) => meet(edge.paths, paths) && !isFromClaim(header, edge, mesh))
          .filter((edge) => routesOfEdge(edge, routes).some((route) => passesOn(header, route)));
        if (forged.length === 0) continue;
        yield {
          path: formatPath([...parsePath(path), "header"]),
          ...text(
            header,
            service.name,
            forged.map((edge) => edge.path),
          ),
        };
      }
    }
  },
};

/** Whether some path is of both lists. An empty list has every path. */
function meet(paths: readonly string[], others: readonly string[]): boolean {
  if (paths.length === 0 || others.length === 0) return true;
  return paths.some((one) => others.some((other) => includesPath(one, other) || includesPath(other, one)));
}
