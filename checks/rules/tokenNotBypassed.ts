import {
  afterDryRuns,
  alikeRoutes,
  type Edge,
  formatPath,
  type GatewayRoute,
  includesPath,
  regionOf,
} from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report } from "../rule";
import { base, http } from "./example";

const hosts = (admin: object): object => ({
  ...base,
  services: { web: { ports: { http, admin: { port: 8081, protocol: "http" } } } },
  jwtRules: [{ issuer: "https://auth.example.com" }],
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/", service: "web", port: "http" }],
        },
        "admin.example.com": { tls: { credentialName: "admin" }, routes: [{ ...admin, service: "web" }] },
      },
    },
  },
});
const endUser = { claims: { roles: ["admin"] } };

export const tokenNotBypassed: MeshRule = {
  code: "MW313",
  severity: "error",
  title: "No route admits what a narrower route to the same port requires a token or a method for",
  why: [
    "All routes of a gateway share its identity, so an AuthorizationPolicy can't tell them apart, except by path and method.",
    "ALLOW rules are additive: a request that the stricter rule of a route denies is still admitted by the broader one.",
  ],
  see: pages.securityBestPractices,
  stage: "mesh",
  examples: {
    wrong: hosts({ prefix: "/admin", port: "http", methods: ["GET"], endUser }),
    right: hosts({ prefix: "/admin", port: "admin", methods: ["GET"], endUser }),
  },
  *check({ gateways, delegates }, hasFailed) {
    for (const all of alikeRoutes([...gateways, ...delegates]).values()) {
      // Where a port has the wrong form, its route was taken to lead to the first one; without methods, to admit all.
      const routes = all.filter(
        ({ edge }) => !hasFailed(`${edge.path}.port`) && !hasFailed(`${edge.path}.methods`),
      );
      const now = [...judged(routes)];
      yield* now;
      if (routes.every(({ edge }) => edge.dryRun === undefined)) continue;
      // The dry run of a route that another one bypasses would report nothing.
      const known = new Set(now.map(({ path }) => path));
      const then = routes.flatMap((route) => afterDryRuns([route.edge]).map((edge) => ({ ...route, edge })));
      const tried = new Set(routes.flatMap(({ edge }) => (edge.dryRun === undefined ? [] : [edge.path])));
      // The other route may be the only one with a dry run.
      const placed = (path: string): string =>
        path.replace(/^(.*)(\.(?:endUser|methods))$/, (all, own: string, field: string) =>
          tried.has(own) ? `${own}.dryRun${field}` : all,
        );
      for (const { path, ...report } of judged(then)) {
        if (!known.has(path)) yield { ...report, path: placed(path) };
      }
    }
  },
};

function* judged(routes: readonly GatewayRoute[]): Generator<Report> {
  for (const [i, route] of routes.entries()) {
    for (const [j, wider] of routes.entries()) {
      if (i === j || !includes(wider, route)) continue;
      const equal = includes(route, wider);
      // Where each admits what the other doesn't, the first one is named.
      if (equal && j < i && !requiresAtLeast(route.edge, wider.edge)) continue;
      const methods = equal ? undefined : addedMethods(wider.edge, route.edge);
      if (methodsMeet(wider.edge, route.edge) && !requiresAtLeast(wider.edge, route.edge)) {
        yield tokenDodged(route, wider);
      } else if (methods !== undefined) yield methodsAdded(route, wider, methods);
    }
  }
}

/** The message and fix for a route whose token another one does not require. */
export function tokenDodged({ edge }: GatewayRoute, { edge: wider }: GatewayRoute): Report {
  return {
    path: `${edge.path}.endUser`,
    message: `this route's token can be bypassed: the rule of ${wider.path}, which requires ${wider.endUser ? "another token" : "no token"}, admits its paths too, and "${edge.callee}" can't tell the routes apart`,
    fix: `give one of the routes another port of "${edge.callee}" or another service, rewrite the two to separate paths, or require the same token at both`,
  };
}

/** The message and fix for a route under a wider one that admits more methods. */
export function methodsAdded({ edge }: GatewayRoute, { edge: wider }: GatewayRoute, methods: string): Report {
  return {
    path: `${edge.path}.methods`,
    message: `the rule of ${wider.path} admits ${methods} to the paths of this route too, and "${edge.callee}" can't tell the two routes apart`,
    fix: `admit ${methods} here too, or give one of the routes another port of "${edge.callee}" or another service`,
  };
}

/** Whether some paths of the second route are paths of the first, all of them as one pattern says it. */
function includes(wider: GatewayRoute, route: GatewayRoute): boolean {
  return regionOf(route).some((path) => regionOf(wider).some((pattern) => includesPath(pattern, path)));
}

/** Whether every token that satisfies the first edge satisfies the second as well. */
function requiresAtLeast({ endUser: wider }: Edge, { endUser }: Edge): boolean {
  if (endUser === undefined) return true;
  if (wider === undefined || (endUser.issuer !== undefined && wider.issuer !== endUser.issuer)) return false;
  const given = new Map(wider.claims.map(({ path, values }) => [formatPath(path), values]));
  return endUser.claims.every(({ path, values }) =>
    given.get(formatPath(path))?.every((value) => values.includes(value)),
  );
}

function methodsMeet({ methods }: Edge, { methods: others }: Edge): boolean {
  return methods.length === 0 || others.length === 0 || methods.some((name) => others.includes(name));
}

/** The methods that the wider edge admits and the other one does not, as text. Undefined if there are none. */
function addedMethods({ methods: wider }: Edge, { methods }: Edge): string | undefined {
  if (methods.length === 0) return undefined;
  if (wider.length === 0) return "every method";
  const added = wider.filter((name) => !methods.includes(name));
  return added.length > 0 ? added.join(", ") : undefined;
}
