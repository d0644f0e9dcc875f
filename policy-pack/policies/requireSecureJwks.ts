import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import type { Field } from "../reading/field";
import { isLocalAddress } from "../reading/localAddress";
import { isRequestAuthentication } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  plaintext: (uri: string): Message => ({
    problem: `is ${uri}, so an attacker on the network path can substitute the keys and sign arbitrary tokens`,
    fix: "Use https://",
  }),
  published: (uri: string): Message => ({
    problem: `is ${uri}, and Istio publishes the private key of its samples, so everyone can sign tokens`,
    fix: "Use the keys of your own issuer",
  }),
  publishedKey: (): Message => ({
    problem: "contains a key of Istio's samples, whose private key is published, so everyone can sign tokens",
    fix: "Use the keys of your own issuer",
  }),
  symmetric: (): Message => ({
    problem: "contains a symmetric key, so everyone who can read the object can sign tokens",
    fix: "Use the public keys of the issuer",
  }),
  local: (uri: string): Message => ({
    problem: `is ${uri}, an address of istiod's own pod or node, so the object's owner can read what only istiod may`,
    fix: "Use the host of the issuer, or put the keys into jwks",
  }),
};

/**
 * Addresses that only istiod reaches.
 * https://istio.io/latest/news/security/istio-security-2026-003/
 */
function isLocal(uri: string): boolean {
  return URL.canParse(uri) && isLocalAddress(new URL(uri).hostname);
}

/** The keys of Istio's samples: in its repository, or in a mirror of it. */
const SAMPLES =
  /^https:\/\/(raw\.githubusercontent\.com\/istio\/istio\/|[^?#]*\/istio[^?#]*\/security\/tools\/jwt\/samples\/)/i;

/** The modulus of their public key, as rules contain it in jwks. */
const SAMPLE_KEY = "xAE7eB6qugXyCAG3yhh7pkDkT65pHymX-P7KfIupjf59vsdo91bSP9C8H07pSAGQO1MV";

/**
 * istiod fetches the keys that validate tokens from this address, outside the mesh's mTLS.
 * https://istio.io/latest/docs/reference/config/security/jwt/
 */
export const requireSecureJwks = resourcePolicy({
  name: "require-secure-jwks",
  displayName: "Keys of tokens are fetched over TLS",
  description:
    "RequestAuthentications fetch the keys of tokens over HTTPS, and not from addresses of istiod's own pod or node. " +
    "They use no keys of Istio's samples and no symmetric keys.",
  severity: "high",
  framework: nist("SC-12", "Cryptographic key establishment and management"),
  tags: ["istio", "security", "authentication", "jwt"],
  remediationSteps: "Use an https:// address in jwksUri, or put the keys into jwks.",
  url: "https://istio.io/latest/docs/reference/config/security/jwt/#JWTRule-jwks_uri",
  settings: {},
  appliesTo: isRequestAuthentication,
  judge: ({ fields }) =>
    fields
      .at("spec", "jwtRules")
      .children()
      .flatMap((rule) => [
        ...[rule.at("jwksUri"), rule.at("jwks_uri")].flatMap(judgeAddress),
        ...judgeKeys(rule.at("jwks")),
      ]),
});

function judgeAddress(field: Field): Violation[] {
  const uri = field.value;
  if (typeof uri !== "string") return [];
  if (!/^https:\/\//i.test(uri)) return [{ field, ...messages.plaintext(uri) }];
  if (SAMPLES.test(uri)) return [{ field, ...messages.published(uri) }];
  return isLocal(uri) ? [{ field, ...messages.local(uri) }] : [];
}

/** Judges keys in the rule itself, which everyone who reads the object knows. */
function judgeKeys(field: Field): Violation[] {
  const keys = field.value;
  if (typeof keys !== "string") return [];
  if (keys.includes(SAMPLE_KEY)) return [{ field, ...messages.publishedKey() }];
  return /"kty"\s*:\s*"oct"/.test(keys) ? [{ field, ...messages.symmetric() }] : [];
}
