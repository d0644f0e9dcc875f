import { formatPath, type GatewayHost, type GatewayRoute, type JwtRule, parsePath } from "../../catalog";
import { clientHeaders, tokenHeaders } from "../decisiveHeaders";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { withHosts } from "./example";

const withHeaders = (headers: object): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web", methods: ["GET"], endUser: {}, headers }],
    },
  }),
  jwtRules: [{ issuer: "https://auth.example.com" }],
});

export const tokenChanged = (header: string): Text => ({
  message: `the gateway changes "${header}", which carries the token that this route requires`,
  fix: "remove it, or remove the route's endUser",
});

export const claimForged = (header: string, issuer: string): Text => ({
  message: `the gateway writes "${header}", which the service treats as a claim of a token of ${issuer}`,
  fix: "use another header; to keep out values of clients, write the name under headers.request.remove",
});

export const clientForged = (header: string): Text => ({
  message: `the gateway overwrites "${header}", by which proxies and services identify the client`,
  fix: "use another header",
});

export const originsAdded = (header: string): Text => ({
  message: `"${header}" is also sent to pages of origins that the host's cors does not allow`,
  fix: "remove it, and list the origins in the host's cors",
});

export const headersKept: MeshRule = {
  code: "MW317",
  severity: "error",
  title: "Routes don't change the headers that identify a client, or those of CORS",
  why: [
    "A gateway changes headers after its own checks and before the service's proxy validates the token.",
    "A removed token denies every request; a written token or claim header makes every client the same user.",
    "A CORS header of a route is sent to pages of every origin, and the host's cors replaces it only for its own origins.",
  ],
  see: pages.virtualService,
  stage: "mesh",
  examples: {
    wrong: withHeaders({ request: { remove: ["authorization"] } }),
    right: withHeaders({ request: { remove: ["x-debug"] } }),
  },
  *check({ gateways, jwtRules }) {
    for (const host of gateways.flatMap(({ hosts }) => hosts)) {
      for (const route of host.routes) if (route.edge) yield* changed(route, host, jwtRules);
    }
  },
};

function* changed(route: GatewayRoute, { cors }: GatewayHost, rules: readonly JwtRule[]): Iterable<Report> {
  for (const { direction, header, written, path } of operations(route)) {
    if (direction === "response") {
      if (cors && header.startsWith("access-control-")) yield { path, ...originsAdded(header) };
      continue;
    }
    const issuer = rules.find(({ outputClaimToHeaders = [] }) =>
      outputClaimToHeaders.some((one) => one.header.toLowerCase() === header),
    )?.issuer;
    if (route.edge.endUser && tokenHeaders(rules).has(header)) yield { path, ...tokenChanged(header) };
    else if (written && issuer !== undefined) yield { path, ...claimForged(header, issuer) };
    else if (written && clientHeaders.includes(header)) yield { path, ...clientForged(header) };
  }
}

/** The change of one header. */
interface Operation {
  readonly direction: "request" | "response";
  /** Its name in lower case. */
  readonly header: string;
  /** Whether it gets a value. Otherwise it is removed. */
  readonly written: boolean;
  readonly path: string;
}

function operations({ headers = {}, edge }: GatewayRoute): Operation[] {
  return (["request", "response"] as const).flatMap((direction) => {
    const { set = {}, add = {}, remove = [] } = headers[direction] ?? {};
    const one = (name: string, written: boolean, ...at: (string | number)[]): Operation => ({
      direction,
      header: name.toLowerCase(),
      written,
      path: formatPath([...parsePath(edge.path), "headers", direction, ...at]),
    });
    return [
      ...Object.keys(set).map((name) => one(name, true, "set", name)),
      ...Object.keys(add).map((name) => one(name, true, "add", name)),
      ...remove.map((name, i) => one(name, false, "remove", i)),
    ];
  });
}
