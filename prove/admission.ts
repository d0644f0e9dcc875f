import type { Edge, EndUser } from "../catalog";
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

export function isSource(
  { source }: Edge,
  { principal, namespace }: Pick<Attempt, "principal" | "namespace">,
): boolean {
  return source.principal === undefined ? source.namespace === namespace : source.principal === principal;
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
