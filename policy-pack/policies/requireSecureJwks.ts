import { type Message, nist, resourcePolicy } from "../policy";
import { isRequestAuthentication } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  plaintext: (uri: string): Message => ({
    problem: `is ${uri}, so an attacker on the network path can substitute the keys and sign arbitrary tokens`,
    fix: "Use https://",
  }),
};

/**
 * istiod fetches the keys that validate tokens from this address, outside the mesh's mTLS.
 * https://istio.io/latest/docs/reference/config/security/jwt/
 */
export const requireSecureJwks = resourcePolicy({
  name: "require-secure-jwks",
  displayName: "Keys of tokens are fetched over TLS",
  description: "RequestAuthentications fetch the keys of tokens over HTTPS.",
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
      .flatMap((rule) => [rule.at("jwksUri"), rule.at("jwks_uri")])
      .flatMap((field) => {
        const uri = field.value;
        return typeof uri === "string" && !/^https:\/\//i.test(uri)
          ? [{ field, ...messages.plaintext(uri) }]
          : [];
      }),
});
