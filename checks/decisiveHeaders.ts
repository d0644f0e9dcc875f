import { type JwtRule, type Mesh, tenantKeys } from "../catalog";
import type { ChangedPart } from "../effect";

/** Headers by which proxies and services identify the client, in lower case. */
export const clientHeaders: readonly string[] = ["x-forwarded-for", "x-forwarded-client-cert"];

/** Headers in which proxies look for tokens, in lower case. */
export function tokenHeaders(rules: readonly JwtRule[]): Set<string> {
  return new Set(
    rules.flatMap(({ fromHeaders, fromCookies, fromParams }) => [
      ...(fromHeaders ?? (fromCookies || fromParams ? [] : [{ name: "authorization" }])).map(({ name }) =>
        name.toLowerCase(),
      ),
      ...(fromCookies ? ["cookie"] : []),
    ]),
  );
}

/** Headers of requests by which proxies admit, count or distribute them, or services identify clients, in lower case. */
export function decisiveHeaders({ jwtRules, services }: Pick<Mesh, "jwtRules" | "services">): Set<string> {
  const others = [
    ...jwtRules.flatMap(({ outputClaimToHeaders = [] }) => outputClaimToHeaders.map(({ header }) => header)),
    ...services.flatMap((service) => [
      ...tenantKeys(service).flatMap(({ key }) => ("header" in key ? [key.header] : [])),
      ...hashHeader(service.loadBalancing.consistentHash),
    ]),
  ];
  return new Set([...clientHeaders, ...tokenHeaders(jwtRules), ...others.map((name) => name.toLowerCase())]);
}

function hashHeader(hash: object = {}): string[] {
  return "httpHeaderName" in hash && typeof hash.httpHeaderName === "string" ? [hash.httpHeaderName] : [];
}

/**
 * Whether a route changes a header otherwise than the catalog says: it no longer sets, adds or removes one, writes another value,
 * or also changes one that decides. Further changes of other headers contradict nothing.
 */
export function replacesHeader(part: ChangedPart, decisive: ReadonlySet<string>): boolean {
  const { setting, before, after } = part;
  const [, direction, operation, name = ""] =
    /^headers\.(request|response)\.(set|add|remove)(?:\.(.+))?$/.exec(setting) ?? [];
  const decides = (header: string): boolean =>
    direction === "request"
      ? decisive.has(header.toLowerCase())
      : header.toLowerCase().startsWith("access-control-");
  if (operation !== "remove") return before !== undefined || decides(name);
  const [had, has] = [before, after].map((list = "[]") => JSON.parse(list) as string[]);
  return (
    (had ?? []).some((header) => !has?.includes(header)) ||
    (has ?? []).some((header) => !had?.includes(header) && decides(header))
  );
}
