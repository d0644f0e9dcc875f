import { type Edge, egressGateway, type Mesh, type RouteMatch, type Service } from "../catalog";
import type { Caller } from "./question";
import type { Token, TokenIssuer } from "./tokens";

/** A request that a call of the catalog admits. */
export interface SampleCall {
  readonly caller: Caller;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether proxies see only a connection: its bytes, or the client's own TLS. */
export function isConnection({ url }: Pick<SampleCall, "url">): boolean {
  return !url.startsWith("http:");
}

/** How many requests a pod's rate limit admits at once: of all clients, and of one tenant. */
export function admittedAtOnce({ rateLimit }: Pick<Service, "rateLimit">): number {
  return Math.min(rateLimit?.burst ?? Infinity, rateLimit?.quota?.requests ?? Infinity);
}

/** The path that stands for a pattern of the catalog. */
export function pathInside(pattern: string): string {
  return pattern.replace(/\*$/, "inside");
}

/** A request of an edge to a service: from the calling service's own pod, or as a probe with the gateway's identity. */
export function sampleOf(
  mesh: Mesh,
  callee: Pick<Service, "host">,
  edge: Edge,
  issuer: TokenIssuer,
): SampleCall {
  const { source, port } = edge;
  const [method = "GET"] = edge.methods;
  const [token] = issuer.tokensFor(edge, mesh.jwtRules);
  const caller: Caller =
    source.kind === "service"
      ? { kind: "workload", service: source.name }
      : {
          kind: "identity",
          namespace: source.namespace,
          serviceAccount: source.principal?.split("/").at(-1) ?? "default",
        };
  return {
    caller,
    url: `http://${callee.host}:${port.port}${pathInside(edge.paths[0] ?? "/")}`,
    method,
    headers: bearer(token),
  };
}

/**
 * The edges whose requests a proxy routes over HTTP/1.1, and which an application sends. A proxy's own requests to an
 * external authorizer take no route.
 */
export function requestEdges({ incoming }: Service): Edge[] {
  return incoming.filter(
    ({ port, mirrored, path }) => port.protocol === "http" && !mirrored && !path.endsWith(".extAuthz"),
  );
}

export function bearer(token: Token | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token.text}` };
}

/** Path, headers and query that a route matches; undefined if it has an expression that no sample can be made of. */
export function requestOf(
  match: RouteMatch,
  edge: Edge | undefined,
): { readonly path: string; readonly headers: Record<string, string> } | undefined {
  const path = pathOf(match, edge);
  const headers = valuesOf(match.headers);
  const query = valuesOf(match.queryParams);
  if (path === undefined || headers === undefined || query === undefined) return undefined;
  const text = new URLSearchParams(query).toString();
  return { path: text === "" ? path : `${path}?${text}`, headers };
}

function pathOf({ uri }: RouteMatch, edge: Edge | undefined): string | undefined {
  if ("exact" in uri) return uri.exact;
  if ("prefix" in uri) return uri.prefix === "/" ? "/" : uri.prefix;
  const expression = new RegExp(`^(?:${uri.regex})$`);
  return (edge?.paths ?? []).map(pathInside).find((path) => expression.test(path));
}

function valuesOf(
  matches: Readonly<Record<string, { exact?: string } | { prefix?: string } | { regex?: string }>>,
): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [name, match] of Object.entries(matches)) {
    if ("exact" in match && match.exact !== undefined) values[name] = match.exact;
    else if ("prefix" in match && match.prefix !== undefined) values[name] = `${match.prefix}inside`;
    else return undefined;
  }
  return values;
}

export const egressHost = egressGateway.host;
