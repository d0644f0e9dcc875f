import type { Cors, GatewayRoute, JwtRule } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report } from "../rule";
import { withHosts } from "./example";

const withCors = (cors: object): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      cors: { allowOrigins: ["https://app.example.com"], ...cors },
      routes: [{ prefix: "/", service: "web", methods: ["GET", "DELETE"], endUser: {} }],
    },
  }),
  jwtRules: [{ issuer: "https://auth.example.com" }],
});

export const corsAllowsRoute: MeshRule = {
  code: "MW318",
  severity: "warning",
  title: "A host's CORS allows the methods and the token that its routes require",
  why: [
    "The gateway answers preflight requests of browsers with the host's CORS settings.",
    "A browser does not send a method or a header that this answer does not name.",
  ],
  see: pages.virtualService,
  suppress: "only clients other than browsers use these methods or send the token.",
  stage: "mesh",
  examples: {
    wrong: withCors({ allowHeaders: ["authorization"] }),
    right: withCors({ allowMethods: ["GET", "DELETE"], allowHeaders: ["authorization"] }),
  },
  *check({ gateways, jwtRules }) {
    for (const { cors, routes, path } of gateways.flatMap(({ hosts }) => hosts)) {
      if (!cors) continue;
      const own = routes.flatMap((route) => (route.edge === undefined ? [] : [route]));
      const methods = new Set(
        own.flatMap(({ edge }) => edge.methods).filter((one) => !cors.allowMethods.includes(one)),
      );
      if (methods.size > 0) yield methodsNotAllowed(path, [...methods].sort());
      const asking = own.filter((route) => !tokenPasses(route, cors, jwtRules));
      const rules = asking.flatMap((route) => rulesOf(route, jwtRules));
      if (asking.length > 0) yield tokenNotAllowed(path, asking, headersOf(rules));
    }
  },
};

/** The message and fix for methods that browsers may not send. */
export function methodsNotAllowed(path: string, methods: readonly string[]): Report {
  return {
    path: `${path}.cors.allowMethods`,
    message: `browsers do not send ${methods.join(", ")}, which routes of this host admit: its CORS does not allow ${methods.length === 1 ? "it" : "them"}`,
    fix: `add ${methods.map((one) => `"${one}"`).join(", ")}`,
  };
}

/** The message and fix for a token that browsers may not send. */
export function tokenNotAllowed(
  path: string,
  routes: readonly GatewayRoute[],
  headers: readonly string[],
): Report {
  return {
    path: `${path}.cors.allowHeaders`,
    message: `browsers do not send the token that ${routes.map(({ edge }) => edge.path).join(", ")} requires: the host's CORS does not allow its header`,
    fix: `add ${headers.map((one) => `"${one}"`).join(" or ")}`,
  };
}

/** The rules of the issuers whose tokens a route accepts. */
function rulesOf({ edge: { endUser } }: GatewayRoute, rules: readonly JwtRule[]): readonly JwtRule[] {
  if (!endUser) return [];
  return rules.filter(({ issuer }) => endUser.issuer === undefined || endUser.issuer === issuer);
}

function tokenPasses(route: GatewayRoute, { allowHeaders }: Cors, rules: readonly JwtRule[]): boolean {
  const allowed = allowHeaders.map((name) => name.toLowerCase());
  return rulesOf(route, rules).every(
    (rule) =>
      rule.fromCookies !== undefined ||
      rule.fromParams !== undefined ||
      headersOf([rule]).some((name) => allowed.includes(name)),
  );
}

/** Headers in which proxies look for the tokens, in lower case. Cookies and query parameters need no permission. */
function headersOf(rules: readonly JwtRule[]): string[] {
  const names = rules.flatMap(({ fromHeaders = [{ name: "authorization" }] }) =>
    fromHeaders.map(({ name }) => name),
  );
  return [...new Set(names.map((name) => name.toLowerCase()))];
}
