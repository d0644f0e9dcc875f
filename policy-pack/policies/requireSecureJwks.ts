import { BlockList, isIP } from "node:net";
import { type Message, nist, resourcePolicy } from "../policy";
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
  local: (uri: string): Message => ({
    problem: `is ${uri}, an address of istiod's own pod or node, so the object's owner can read what only istiod may`,
    fix: "Use the host of the issuer, or put the keys into jwks",
  }),
};

/**
 * Loopback and link-local addresses, such as the metadata service of a cloud.
 * https://istio.io/latest/news/security/istio-security-2026-003/
 */
function isLocal(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const host = new URL(uri).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) === 0) return host === "localhost" || host.endsWith(".localhost");
  return LOCAL.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");
}

/** The keys of Istio's samples, in its repository. */
const SAMPLES = /^https:\/\/raw\.githubusercontent\.com\/istio\/istio\//i;

const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8, "ipv4");
LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LOCAL.addAddress("0.0.0.0", "ipv4");
LOCAL.addSubnet("fe80::", 10, "ipv6");
for (const address of ["::", "::1", "fd00:ec2::254"]) LOCAL.addAddress(address, "ipv6");

/**
 * istiod fetches the keys that validate tokens from this address, outside the mesh's mTLS.
 * https://istio.io/latest/docs/reference/config/security/jwt/
 */
export const requireSecureJwks = resourcePolicy({
  name: "require-secure-jwks",
  displayName: "Keys of tokens are fetched over TLS",
  description:
    "RequestAuthentications fetch the keys of tokens over HTTPS, and not from addresses of istiod's own pod or node, and use no keys " +
    "of Istio's samples.",
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
        if (typeof uri !== "string") return [];
        if (!/^https:\/\//i.test(uri)) return [{ field, ...messages.plaintext(uri) }];
        if (SAMPLES.test(uri)) return [{ field, ...messages.published(uri) }];
        return isLocal(uri) ? [{ field, ...messages.local(uri) }] : [];
      }),
});
