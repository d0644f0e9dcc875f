import { attached } from "./attachment";
import { type Fields, fieldsAt, listAt, textAt, textsAt } from "./field";
import { nameOf, type ObjectName } from "./object";
import { perWorkload } from "./perWorkload";

/** Whose tokens a workload accepts. */
export interface TokenIssuer {
  readonly issuer: string;
  /** Audiences of which a token must have one. Empty: any. */
  readonly audiences: readonly string[];
  /** Whether the application receives the token. */
  readonly forwards: boolean;
  /** The rule as it is written. */
  readonly rule: Fields;
  readonly from: ObjectName;
}

/**
 * Returns the issuers of a workload's RequestAuthentications. Tokens of others are refused with 401. Without any, tokens
 * are not read, so that no condition on claims matches.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export const tokenIssuers = perWorkload((model, workload): readonly TokenIssuer[] =>
  attached(model, "RequestAuthentication", "security.istio.io", workload).flatMap((policy) =>
    listAt(policy.spec, "jwtRules").map((rule) => ({
      issuer: textAt(rule, "issuer") ?? "",
      audiences: textsAt(rule, "audiences"),
      forwards: rule.forwardOriginalToken === true,
      rule,
      from: nameOf(policy),
    })),
  ),
);

/** Whether a token is accepted by one of the issuers. */
export function isAccepted(
  claims: Readonly<Record<string, unknown>>,
  issuers: readonly TokenIssuer[],
): boolean {
  const { aud } = fieldsAt({ claims }, "claims");
  const given = (Array.isArray(aud) ? aud : [aud]) as unknown[];
  return issuers.some(
    ({ issuer, audiences }) =>
      claims.iss === issuer && (audiences.length === 0 || audiences.some((one) => given.includes(one))),
  );
}
