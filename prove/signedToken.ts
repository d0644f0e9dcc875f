import { createPublicKey, verify } from "node:crypto";
import type { LabRequest } from "./laboratory";

/** The keys of every issuer. They are read only to verify a token. */
export interface Keys {
  /** JSON Web Key Set. */
  readonly jwks: string;
}

/** The claims of a request's token. Those of a token that is not valid are of no issuer, so that it is refused. */
export function claimsOf(keys: Keys, request: LabRequest): Record<string, unknown> | undefined {
  const token = tokenOf(request);
  if (token === undefined) return undefined;
  return isSigned(keys.jwks, token) && Number(token.claims.exp) > Date.now() / 1000
    ? token.claims
    : { iss: "" };
}

/** Tokens that were verified before, by the key set. One proof sends the same token many times. */
const verified = new Map<string, Map<string, boolean>>();

function isSigned(
  jwks: string,
  { signed, signature }: { readonly signed: string; readonly signature: string },
) {
  const known = verified.get(jwks) ?? new Map<string, boolean>();
  verified.set(jwks, known);
  const text = `${signed}.${signature}`;
  const before = known.get(text);
  if (before !== undefined) return before;
  const is = (JSON.parse(jwks) as { keys: Record<string, unknown>[] }).keys.some((jwk) =>
    verify(
      "sha256",
      Buffer.from(signed),
      createPublicKey({ key: jwk as never, format: "jwk" }),
      Buffer.from(signature, "base64url"),
    ),
  );
  known.set(text, is);
  return is;
}

export function tokenOf({ headers }: LabRequest) {
  if (headers?.authorization === undefined) return undefined;
  const [, text] = /^Bearer (.+)$/.exec(headers.authorization) ?? [];
  if (text === undefined) return undefined;
  const [head = "", payload = "", signature = ""] = text.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  return { claims, signed: `${head}.${payload}`, signature };
}
