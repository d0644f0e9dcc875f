import { z } from "zod";
import { compare, sortedEntries } from "./order";
import type { Shape } from "./shape";
import { textOf } from "./text";
import { isObject } from "./typeGuards";

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
  /**
   * The public keys as JSON, if the issuer serves none. Not together with `jwksUri`. Default: none.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7517
   */
  readonly jwks?: string;
  /**
   * Headers that carry the token. Default: `Authorization` with the prefix `Bearer `, and the query parameter
   * `access_token`, unless `fromCookies` or `fromParams` is set.
   */
  readonly fromHeaders?: readonly JwtHeader[];
  /** Cookies that carry the token. Default: none. */
  readonly fromCookies?: readonly string[];
  /**
   * Query parameters that carry the token, such as `access_token`, for example for WebSockets of browsers, which can't set
   * headers. Access logs and browsers' histories contain them. Default: none.
   */
  readonly fromParams?: readonly string[];
  /** Headers that receive claims of a valid token. Default: none. */
  readonly outputClaimToHeaders?: readonly ClaimToHeader[];
  /** Claims whose text is a list separated by spaces, besides `scope` and `permission`. Default: none. */
  readonly spaceDelimitedClaims?: readonly string[];
  /** Whether the token is forwarded, so that later services can require it too. Default: true. */
  readonly forwardOriginalToken?: boolean;
}

/**
 * A header that carries a token.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTHeader
 */
export interface JwtHeader {
  /** The header's name, such as `x-token`. */
  readonly name: string;
  /** Text before the token, such as `Bearer `. Default: none. */
  readonly prefix?: string;
}

/**
 * A header that receives a claim.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/#ClaimToHeader
 */
export interface ClaimToHeader {
  /** The header's name, such as `x-user`. */
  readonly header: string;
  /** Name of the claim, such as `sub`. Its value must be text, a number or a boolean. */
  readonly claim: string;
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
   * Issuer of the token: one of `jwtRules`. Default: any of them. With several issuers, the claims of each are accepted,
   * so name the one that issues these claims (check MW315).
   */
  readonly issuer?: string;
  /**
   * Required claims of the token with their accepted values, such as `{ roles: ["admin"] }`. Default: any valid token
   * is accepted.
   */
  readonly claims?: ClaimsDefinition;
}

/**
 * Claims by name, with their accepted values. A claim inside another one is a nested object, such as
 * `{ realm_access: { roles: ["admin"] } }`. A dot belongs to the name: `"https://example.com/roles"` is one claim.
 */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- pages show an alias as it is written
export type ClaimsDefinition = { readonly [name: string]: readonly string[] | ClaimsDefinition };

/** An end user with the defaults resolved. Without claims, any valid token is accepted. */
export interface EndUser {
  /** Default: any issuer. */
  readonly issuer?: string;
  /** In the order of their names. */
  readonly claims: readonly Claim[];
}

/** A required claim. */
export interface Claim {
  /** Its name, after the names of the claims that it is inside of. */
  readonly path: readonly string[];
  /** Accepted values, sorted. */
  readonly values: readonly string[];
}

const headerName = textOf(/^[\w-]+$/, 'write the name of a header, such as "x-token"');
const names = z.array(z.string().min(1)).min(1);

export const jwtRuleSchema: z.ZodType<JwtRuleDefinition> = z
  .strictObject({
    issuer: textOf(
      /^[^\s*]+$/,
      'write the claim "iss" of the tokens exactly, without spaces and "*", such as "https://auth.example.com"',
    ),
    jwksUri: z.url({ error: 'write a URL, such as "https://auth.example.com/jwks.json"' }).optional(),
    audiences: names.optional(),
    jwks: z
      .string()
      .refine(isKeySet, { params: { fix: 'write a JSON Web Key Set, such as {"keys":[…]}' } })
      .optional(),
    fromHeaders: z
      .array(
        z.strictObject({ name: headerName, prefix: z.string().min(1).optional() } satisfies Shape<JwtHeader>),
      )
      .min(1)
      .optional(),
    fromCookies: names.optional(),
    fromParams: names.optional(),
    outputClaimToHeaders: z
      .array(z.strictObject({ header: headerName, claim: z.string().min(1) } satisfies Shape<ClaimToHeader>))
      .min(1)
      .optional(),
    spaceDelimitedClaims: names.optional(),
    forwardOriginalToken: z.boolean().optional(),
  } satisfies Shape<JwtRuleDefinition>)
  .refine(({ jwks, jwksUri }) => jwks === undefined || jwksUri === undefined, {
    path: ["jwks"],
    params: { fix: "give one of jwks and jwksUri: Istio accepts only one of them" },
  })
  .meta({ not: { required: ["jwks", "jwksUri"] } });

const claimsSchema: z.ZodType<ClaimsDefinition> = z.record(
  z.string(),
  z.union([
    z.array(z.string()).min(1),
    z
      .lazy(() => claimsSchema)
      .refine((claims) => Object.keys(claims).length > 0, {
        params: { fix: "name at least one claim inside of it" },
      }),
  ]),
);

export const endUserSchema: z.ZodType<EndUserDefinition> = z.strictObject({
  issuer: z.string().optional(),
  claims: claimsSchema.optional(),
} satisfies Shape<EndUserDefinition>);

function isKeySet(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Array.isArray(value.keys);
  } catch {
    return false;
  }
}

/** Resolves the defaults of an issuer. */
export function normalizeJwtRule(definition: JwtRuleDefinition): JwtRule {
  return { forwardOriginalToken: true, ...definition };
}

/** Resolves the defaults of an end user. */
export function normalizeEndUser({ issuer, claims = {} }: EndUserDefinition): EndUser {
  return { ...(issuer !== undefined && { issuer }), claims: flattened(claims, []) };
}

function flattened(claims: ClaimsDefinition, path: readonly string[]): Claim[] {
  return sortedEntries(claims).flatMap(([name, value]) => {
    const here = [...path, name];
    return isValues(value) ? [{ path: here, values: [...value].sort(compare) }] : flattened(value, here);
  });
}

/** Whether a claim's value is the list of its accepted values. */
export function isValues(value: readonly string[] | ClaimsDefinition): value is readonly string[] {
  return Array.isArray(value);
}
