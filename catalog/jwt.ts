import { z } from "zod";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * An issuer of end-user tokens. `endUser` of a call makes a token mandatory. In the namespaces of the called services,
 * tokens of other issuers are rejected with 401. It is rendered to a RequestAuthentication.
 *
 * @see https://istio.io/latest/docs/reference/config/security/jwt/
 */
export interface JwtRuleDefinition {
  /** Value of the token's claim `iss`. */
  readonly issuer: string;
  /** Address of the keys, which istiod fetches. Default: the one from the issuer's OpenID discovery document. */
  readonly jwksUri?: string;
  /** Accepted values of the claim `aud`. Default: any. */
  readonly audiences?: readonly string[];
  /** Whether the token is forwarded, so that later services can require it too. Default: true. */
  readonly forwardOriginalToken?: boolean;
}

/** An issuer of tokens with its defaults resolved. */
export interface JwtRule extends JwtRuleDefinition {
  readonly forwardOriginalToken: boolean;
}

/**
 * The end user that a call must authenticate: each request must carry a valid token.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 */
export interface EndUserDefinition {
  /**
   * Required claims of the token with their accepted values, such as `{ roles: ["admin"] }`. Default: any valid token
   * is accepted.
   */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** An end user with the defaults resolved. Without claims, any valid token is accepted. */
export interface EndUser {
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

export const jwtRuleSchema: z.ZodType<JwtRuleDefinition> = z.strictObject({
  issuer: textOf(
    /^[^\s*]+$/,
    'write the claim "iss" of the tokens exactly, without spaces and "*", such as "https://auth.example.com"',
  ),
  jwksUri: z.url({ error: 'write a URL, such as "https://auth.example.com/jwks.json"' }).optional(),
  audiences: z.array(z.string().min(1)).min(1).optional(),
  forwardOriginalToken: z.boolean().optional(),
} satisfies Shape<JwtRuleDefinition>);

export const endUserSchema: z.ZodType<EndUserDefinition> = z.strictObject({
  claims: z.record(z.string(), z.array(z.string()).min(1)).optional(),
} satisfies Shape<EndUserDefinition>);

/** Resolves the defaults of an issuer. */
export function normalizeJwtRule(definition: JwtRuleDefinition): JwtRule {
  return { forwardOriginalToken: true, ...definition };
}
