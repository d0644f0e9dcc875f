import { formatPath, isObject } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

/** Without the key: messages are printed in CI. */
export const text = (issuer: string): Text => ({
  message: `the key set of ${issuer} has a private or symmetric key: every reader of the catalog or of the RequestAuthentication can sign tokens with it`,
  fix: "replace the key, and write public keys only: without the parameters d and k",
});

const signedBy = (key: object): object => ({
  ...base,
  services: { web: { ports: { http }, admit: { cli: { namespace: "tools", endUser: {} } } } },
  jwtRules: [{ issuer: "https://auth.example.com", jwks: JSON.stringify({ keys: [key] }) }],
});

export const keysPublic: DefinitionRule = {
  code: "MW334",
  severity: "error",
  title: "Key sets have public keys only",
  why: [
    "Proxies only verify tokens, for which public keys suffice.",
    "A private key (`d`) or a symmetric key (`k`) signs tokens, and many users can read a RequestAuthentication.",
  ],
  see: pages.requestAuthentication,
  stage: "definition",
  examples: {
    wrong: signedBy({ kty: "EC", crv: "P-256", x: "f83OJ3D2", y: "x_FEzRu9", d: "jpsQnnGQ" }),
    right: signedBy({ kty: "EC", crv: "P-256", x: "f83OJ3D2", y: "x_FEzRu9" }),
  },
  *check({ jwtRules = [] }) {
    for (const [i, { issuer, jwks }] of jwtRules.entries()) {
      if (jwks !== undefined && hasPrivateKey(jwks))
        yield { path: formatPath(["jwtRules", i, "jwks"]), ...text(issuer) };
    }
  },
};

/** @see https://datatracker.ietf.org/doc/html/rfc7518#section-6 */
function hasPrivateKey(jwks: string): boolean {
  const { keys } = JSON.parse(jwks) as { readonly keys: readonly unknown[] };
  return keys.some((key) => isObject(key) && ("d" in key || "k" in key));
}
