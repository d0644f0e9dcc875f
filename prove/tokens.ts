import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Edge, JwtRule } from "../catalog";

/** An end-user token that a client can present. */
export interface Token {
  readonly name: string;
  readonly issuer: string;
  /** Whether its signature, audience and expiry are in order. */
  readonly valid: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Issues tokens that the key set verifies. */
export interface TokenIssuer {
  /** JSON Web Key Set. The keys are made when it is read for the first time. */
  readonly jwks: string;
  /** Tokens that satisfy an edge's `endUser`, or miss it in one respect. Empty without `endUser`. */
  tokensFor(edge: Edge, rules: readonly JwtRule[]): Token[];
  /** A token that satisfies an edge's `endUser`, and has another claim. Undefined without issuers. */
  tokenWith(
    edge: Edge,
    rules: readonly JwtRule[],
    claim: { readonly path: readonly string[]; readonly value: string },
  ): Token | undefined;
}

const farFuture = 4_000_000_000;

/**
 * One of each per process, made where a token needs it: they take longer to make than everything else that the model of a
 * platform needs.
 */
const keys = { own: once(newKeys), foreign: once(newKeys) };

function newKeys() {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export function createTokenIssuer(): TokenIssuer {
  const { own, foreign } = keys;
  const jwks = once(() => {
    const key = own().publicKey.export({ format: "jwk" });
    return { text: JSON.stringify({ keys: [{ ...key, kid: "laboratory", use: "sig", alg: "RS256" }] }) };
  });
  const issue = (
    name: string,
    rule: JwtRule,
    claims: Readonly<Record<string, unknown>>,
    { key = own().privateKey, valid = true, exp = farFuture } = {},
  ): Token => {
    const payload = {
      iss: rule.issuer,
      sub: "laboratory",
      exp,
      ...(rule.audiences?.[0] !== undefined && { aud: rule.audiences[0] }),
      ...claims,
    };
    return { name, issuer: rule.issuer, valid, claims, text: encode(payload, key) };
  };
  const ruleFor = ({ endUser }: Edge, rules: readonly JwtRule[]): JwtRule | undefined =>
    rules.find(({ issuer }) => endUser?.issuer === undefined || endUser.issuer === issuer);
  const wantedBy = ({ endUser }: Edge): Record<string, unknown> => {
    const claims: Record<string, unknown> = {};
    for (const { path, values } of endUser?.claims ?? []) setIn(claims, path, [values[0]]);
    return claims;
  };
  return {
    get jwks() {
      return jwks().text;
    },
    tokenWith: (edge, rules, { path, value }) => {
      const rule = ruleFor(edge, rules);
      if (rule === undefined) return undefined;
      const claims = wantedBy(edge);
      setIn(claims, path, value);
      return issue(`of ${value}`, rule, claims);
    },
    tokensFor: (edge, rules) => {
      const { endUser } = edge;
      const rule = ruleFor(edge, rules);
      if (endUser === undefined || rule === undefined) return [];
      const claims = wantedBy(edge);
      const wrong = endUser.claims.length === 0 ? [] : [issue("without the claims", rule, {})];
      const further = endUser.claims.flatMap(({ path, values }) =>
        values.slice(1).map((value) => {
          const others = structuredClone(claims);
          setIn(others, path, [value]);
          return issue(`of ${value}`, rule, others);
        }),
      );
      return [
        issue("valid", rule, claims),
        ...wrong,
        ...further,
        ...(rule.audiences?.slice(1) ?? []).map((aud) => issue(`for ${aud}`, rule, { ...claims, aud })),
        issue("of another key", rule, claims, { key: foreign().privateKey, valid: false }),
        issue("expired", rule, claims, { valid: false, exp: 1_000_000_000 }),
        ...(rule.audiences === undefined
          ? []
          : [{ ...issue("of another audience", rule, { ...claims, aud: "another" }), valid: false }]),
      ];
    },
  };
}

/** The signatures of each key, by the text that is signed. Every proof of a catalog needs the same ones. */
const signatures = new WeakMap<KeyObject, Map<string, string>>();

function encode(payload: object, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", kid: "laboratory", typ: "JWT" })}.${part(payload)}`;
  const own = signatures.get(key) ?? new Map<string, string>();
  signatures.set(key, own);
  const signature = own.get(text) ?? sign("sha256", Buffer.from(text), key).toString("base64url");
  own.set(text, signature);
  return `${text}.${signature}`;
}

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = (target[name] ?? {}) as Record<string, unknown>;
  target[name] = inner;
  setIn(inner, rest, value);
}
