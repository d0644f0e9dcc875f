import { compare, type EndUser } from "../catalog";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Conditions = NonNullable<NonNullable<AuthorizationPolicySpec["rules"]>[number]["when"]>;

/** A claim exists only if the token is valid, so a rule that matches a claim requires a token. */
export function tokenConditions({ issuer, claims }: EndUser, issuers: readonly string[]): Conditions {
  const from = { path: ["iss"], values: issuer === undefined ? issuers : [issuer] };
  const required = issuer !== undefined || claims.length === 0 ? [from, ...claims] : claims;
  return required
    .map(({ path, values }) => ({
      key: `request.auth.claims${path.map((name) => `[${name}]`).join("")}`,
      values: [...values],
    }))
    .sort((a, b) => compare(a.key, b.key));
}
