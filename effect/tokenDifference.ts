import type { Difference } from "./change";
import type { Fields } from "./field";
import type { Model } from "./model";
import { type TokenIssuer, tokenIssuers } from "./token";
import type { Workload } from "./workload";

/** What decides how a token is verified, found and passed on. Audiences decide about access, which is compared itself. */
const fields = [
  "jwksUri",
  "jwks",
  "fromHeaders",
  "fromParams",
  "fromCookies",
  "forwardOriginalToken",
  "outputPayloadToHeader",
  "outputClaimToHeaders",
];

/**
 * Returns issuers whose tokens a workload reads in another way: by other keys, from another place, or with other headers
 * for the application.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule
 */
export function tokenDifferences(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  if (old.proxy === "none" || now.proxy === "none") return [];
  const [rules, next] = [rulesOf(before, old), rulesOf(after, now)];
  return [...rules].flatMap(([issuer, { rule: was }]): Difference[] => {
    const is = next.get(issuer);
    const changed =
      is === undefined ? [] : fields.filter((field) => textOf(was, field) !== textOf(is.rule, field));
    if (is === undefined || changed.length === 0) return [];
    const text = (rule: Fields): string =>
      `tokens of ${issuer}: ${changed.map((field) => `${field} ${textOf(rule, field)}`).join(", ")}`;
    return [
      {
        kind: "tokens changed",
        workload: now,
        sure: true,
        before: text(was),
        after: text(is.rule),
        by: [is.from],
      },
    ];
  });
}

/** The rule of each issuer: the first, as access is decided by. */
function rulesOf(model: Model, workload: Workload): Map<string, TokenIssuer> {
  return new Map(
    tokenIssuers(model, workload)
      .map((one) => [one.issuer, one] as const)
      .toReversed(),
  );
}

function textOf(rule: Fields, field: string): string {
  const value = rule[field];
  if (value === undefined || value === "" || value === false) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}
