import type { ExtAuthz } from "../../catalog";
import { matches } from "../admission";
import type { Question } from "../question";

/** Whether a provider decides requests to a path, at a port of the pods. */
function isAsked({ ports, paths, notPaths }: ExtAuthz, path: string, port?: number): boolean {
  const listed = (patterns: readonly string[]): boolean => patterns.some((pattern) => matches(pattern, path));
  return (
    (port === undefined || ports.length === 0 || ports.includes(port)) &&
    (paths.length === 0 || listed(paths)) &&
    !listed(notPaths)
  );
}

/**
 * A question about a request that its callee, or the gateway's host, has an external authorizer for: whether the promised
 * provider is asked. If it is not, the question stays as it is, and no provider may be asked.
 *
 * @param place what the request is sent to, as a claim names it.
 * @param path of the request, and the port of the pods, where the authorizer's rules are judged.
 */
export function withAuthorizer(
  question: Question,
  extAuthz: ExtAuthz | undefined,
  place: string,
  path: string,
  port?: number,
): Question {
  if (extAuthz === undefined) return question;
  const { provider, path: source } = extAuthz;
  if (!isAsked(extAuthz, path, port)) {
    if (!["answered", "responded"].includes(question.expect)) return question;
    return { ...question, path: source, claim: `${provider} decides only what ${place} says`, unasked: true };
  }
  return {
    ...question,
    path: source,
    claim: `${provider} decides requests to ${place}`,
    expect: "asked",
    provider,
  };
}

/** Paths that the authorizer's rules name, and their neighbours. */
export function authorizerPaths(extAuthz: ExtAuthz | undefined): string[] {
  return [...(extAuthz?.paths ?? []), ...(extAuthz?.notPaths ?? [])].flatMap((pattern) => {
    const path = pattern.replace(/\/?\*$/, "");
    return [pattern.replace(/\*$/, "inside"), `${path}-beside`, path.toUpperCase()].filter((one) =>
      one.startsWith("/"),
    );
  });
}
