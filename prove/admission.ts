import { callersNamed, type Deny, type Edge, type EndUser } from "../catalog";
import type { Token } from "./tokens";

/** A request as the catalog's calls are matched against it. */
export interface Attempt {
  readonly principal: string;
  readonly namespace: string;
  readonly method: string;
  readonly path: string;
  readonly token?: Token;
}

/**
 * Whether one of the edges to a port admits a request: the meaning of the catalog's calls, stated here once more. It
 * shares no code with the renderers, so that a mistake of theirs shows.
 */
export function isAdmitted(edges: readonly Edge[], attempt: Attempt, isRequest: boolean): boolean {
  return edges.some(
    (edge) =>
      isSource(edge, attempt) &&
      (!isRequest ||
        ((edge.methods.length === 0 || edge.methods.some((method) => method === attempt.method)) &&
          (edge.paths.length === 0 || edge.paths.some((pattern) => matches(pattern, attempt.path))) &&
          (edge.endUser === undefined || isEndUser(edge.endUser, attempt.token)))),
  );
}

/**
 * Whether a DENY rule of a service matches a request to a port of its pods. Rules about addresses are left out: the
 * addresses of the laboratory's pods are not the catalog's.
 */
export function isDenied(
  { deny, incoming }: { readonly deny: readonly Deny[]; readonly incoming: readonly Edge[] },
  port: number,
  attempt: Attempt,
): boolean {
  const among = (names: readonly string[]): boolean =>
    callersNamed(incoming, names).some((source) => isFrom(source, attempt));
  const listed = (paths: readonly string[]): boolean =>
    paths.some((pattern) => matches(pattern, attempt.path));
  const uses = (methods: readonly string[]): boolean => methods.includes(attempt.method);
  return deny.some(
    (rule) =>
      (rule.ports.length === 0 || rule.ports.includes(port)) &&
      (rule.callers.length === 0 || among(rule.callers)) &&
      !among(rule.notCallers) &&
      (rule.methods.length === 0 || uses(rule.methods)) &&
      !uses(rule.notMethods) &&
      (rule.paths.length === 0 || listed(rule.paths)) &&
      !listed(rule.notPaths) &&
      (rule.endUser === undefined || isEndUser(rule.endUser, attempt.token)) &&
      (rule.notEndUser === undefined || !isEndUser(rule.notEndUser, attempt.token)) &&
      rule.ipBlocks.length === 0 &&
      rule.notIpBlocks.length === 0,
  );
}

export function isSource({ source }: Edge, who: Pick<Attempt, "principal" | "namespace">): boolean {
  return isFrom(source, who);
}

function isFrom(
  source: Edge["source"],
  { principal, namespace }: Pick<Attempt, "principal" | "namespace">,
): boolean {
  return source.principal === undefined ? source.namespace === namespace : source.principal === principal;
}

/**
 * The path that the mesh reads, matches and sends on. Encoded slashes are decoded, dots resolved and double slashes
 * merged, because a rule for `/admin` must hold for `/x/..%2fadmin`, too.
 */
export function readAs(path: string): string {
  if (/^(\/[\w-]+)+\/?$|^\/$/.test(path)) return path;
  const decoded = path.replace(/%2f|%5c/gi, "/");
  return new URL(`http://host${decoded}`).pathname.replace(/\/{2,}/g, "/");
}

/** Whether a path matches a pattern of the catalog: exact, or with a trailing `*`. */
export function matches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function isEndUser({ issuer, claims }: EndUser, token: Token | undefined): boolean {
  if (token?.valid !== true || (issuer !== undefined && token.issuer !== issuer)) return false;
  return claims.every(({ path, values }) => {
    let value: unknown = token.claims;
    for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
    const given = Array.isArray(value) ? (value as unknown[]) : [value];
    return given.some((one) => values.includes(String(one)));
  });
}
