import { z } from "zod";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * An issuer of end users' tokens. Which calls need a token is said by their `endUser`; in the namespaces of the
 * services that these calls are for, tokens of no declared issuer are refused with 401.
 *
 * @see https://istio.io/latest/docs/reference/config/security/jwt/
 */
export interface JwtRuleDefinition {
  /** The token's claim `iss`. */
  readonly issuer: string;
  /** Where istiod fetches the keys from. Default: found through the issuer's OpenID discovery. */
  readonly jwksUri?: string;
  /** Accepted values of the claim `aud`. Default: any. */
  readonly audiences?: readonly string[];
  /** Leave the token on the request, so that services further on can be asked for it too. Default: true. */
  readonly forwardOriginalToken?: boolean;
}

/** An issuer of tokens with its defaults resolved. */
export interface JwtRule extends JwtRuleDefinition {
  readonly forwardOriginalToken: boolean;
}

/**
 * The end user that a call must come with.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 */
export interface EndUserDefinition {
  /** Claims of the token and their accepted values, such as `{ roles: ["admin"] }`. Default: any valid token. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** With its defaults resolved; no claims take any valid token. */
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
