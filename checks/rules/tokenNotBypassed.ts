import { alikeRoutes, type Edge, type GatewayRoute, includesPath, regionOf } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

const hosts = (admin: object): object => ({
  ...base,
  services: { web: { ports: { http } } },
  jwtRules: [{ issuer: "https://auth.example.com" }],
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
        "admin.example.com": { tls: { credentialName: "admin" }, routes: [{ ...admin, service: "web" }] },
      },
    },
  },
});
const endUser = { claims: { roles: ["admin"] } };

export const tokenNotBypassed: MeshRule = {
  code: "MW313",
  severity: "error",
  title: "No route lets past what another one asks a token for",
  stage: "mesh",
  examples: {
    wrong: hosts({ prefix: "/", endUser }),
    right: hosts({ prefix: "/admin", endUser }),
  },
  *check({ gateways }) {
    for (const routes of alikeRoutes(gateways).values()) {
      for (const [i, one] of routes.entries()) {
        for (const other of routes.slice(i + 1)) {
          if (claimsOf(one.edge) === claimsOf(other.edge) || !meet(one, other)) continue;
          const [guarded, way] = one.edge.endUser ? [one, other] : [other, one];
          const { callee } = guarded.edge;
          yield {
            path: `${guarded.edge.path}.endUser`,
            message: `"${callee}" asks for this token in vain: requests for the same paths reach it by ${way.edge.path}, ${way.edge.endUser ? "with another one" : "without one"}, and it can't tell the two routes apart`,
            fix: `ask for the same token there, give the two routes paths of their own, or let one lead to another port of ${callee}`,
          };
        }
      }
    }
  },
};

function claimsOf({ endUser }: Edge): string {
  return JSON.stringify(endUser?.claims);
}

/** Whether there are requests that both routes are for. Where one is all within the other, it is left out of that. */
function meet(one: GatewayRoute, other: GatewayRoute): boolean {
  const [methods, others] = [one.edge.methods, other.edge.methods];
  const asked = methods.length === 0 || others.length === 0 || methods.some((name) => others.includes(name));
  const within = (path: string, pattern: string, { edge: { notPaths = [] } }: GatewayRoute): boolean =>
    includesPath(pattern, path) && !notPaths.some((left) => includesPath(left, path));
  return (
    asked &&
    regionOf(one).some((path) =>
      regionOf(other).some((pattern) => within(path, pattern, other) || within(pattern, path, one)),
    )
  );
}
