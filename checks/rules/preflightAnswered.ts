import type { GatewayRoute } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report } from "../rule";
import { withHosts } from "./example";

const withHost = (host: object): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web", endUser: {} }],
      ...host,
    },
  }),
  jwtRules: [{ issuer: "https://auth.example.com" }],
});

export const preflightAnswered: MeshRule = {
  code: "MW319",
  severity: "info",
  title: "A host that requires tokens declares its CORS, if browsers call it from other origins",
  why: [
    "A browser sends a preflight request (OPTIONS) without a token before a request with one.",
    "The gateway answers it only if the host declares CORS; otherwise it goes to the service, whose policy denies it.",
  ],
  see: pages.virtualService,
  suppress: "no page of another origin calls this host.",
  stage: "mesh",
  examples: {
    wrong: withHost({}),
    right: withHost({
      cors: { allowOrigins: ["https://app.example.com"], allowHeaders: ["authorization"] },
    }),
  },
  *check({ gateways, jwtRules }, hasFailed) {
    if (jwtRules.length === 0) return; // MW301 reports a token that no rule validates.
    for (const { cors, routes, path } of gateways.flatMap(({ hosts }) => hosts)) {
      if (cors !== undefined || hasFailed(`${path}.cors`)) continue;
      const own = routes.flatMap((route) => (route.edge === undefined ? [] : [route]));
      const [first] = own.filter(
        (route) =>
          requires(route) &&
          !hasFailed(`${route.edge.path}.methods`) &&
          !own.some((one) => answers(one, route)),
      );
      if (first) yield preflightDenied(first);
    }
  },
};

/** Whether a route admits OPTIONS, with a token only. */
function requires({ edge: { endUser, methods } }: GatewayRoute): boolean {
  return endUser !== undefined && (methods.length === 0 || methods.includes("OPTIONS"));
}

/** Whether another route takes the preflight requests of a route without a token. */
function answers({ match, edge }: GatewayRoute, route: GatewayRoute): boolean {
  const samePath = JSON.stringify(match.uri) === JSON.stringify(route.match.uri);
  return edge.endUser === undefined && samePath && edge.methods.includes("OPTIONS");
}

/** The message and fix for a route whose preflight requests are denied. */
export function preflightDenied({ edge }: GatewayRoute): Report {
  return {
    path: `${edge.path}.endUser`,
    message: `the route admits OPTIONS with a token only, and browsers send preflight requests without one: those of pages of other origins get 403`,
    fix: 'declare the host\'s cors, add a route with methods: ["OPTIONS"] and without endUser, or list the methods of this route without OPTIONS',
  };
}
