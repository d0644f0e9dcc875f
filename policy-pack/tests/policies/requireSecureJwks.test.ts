import { expect } from "chai";
import { messages, requireSecureJwks } from "../../policies/requireSecureJwks";
import { unknown, validateResource } from "../engine";
import { requestAuthentication } from "../resources";
import { said } from "../said";

const judge = (rule: Record<string, unknown>) =>
  validateResource(requireSecureJwks, requestAuthentication(rule));
const inRule = said("RequestAuthentication shop/default", "spec.jwtRules[0].");

describe("require-secure-jwks", () => {
  it("states the field, the address and the fix", async () => {
    expect(await judge({ jwksUri: "http://auth.example.com/jwks" })).to.deep.equal({
      violations: [
        "RequestAuthentication shop/default: spec.jwtRules[0].jwksUri is http://auth.example.com/jwks, so an attacker on the " +
          "network path can substitute the keys and sign arbitrary tokens. Use https://.",
      ],
    });
  });

  it("accepts HTTPS, and keys in the object", async () => {
    for (const rule of [
      {},
      { jwksUri: "HTTPS://auth.example.com/jwks" },
      { jwksUri: undefined, jwks: "{}" },
    ]) {
      expect(await judge(rule)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses every other scheme, by either name of the field", async () => {
    for (const key of ["jwksUri", "jwks_uri"]) {
      for (const uri of [
        "http://auth.example.com/jwks",
        "HTTP://auth.example.com/jwks",
        "auth.example.com",
      ]) {
        expect(await judge({ [key]: uri })).to.deep.equal({
          violations: [inRule(key, messages.plaintext(uri))],
        });
      }
    }
  });

  it("refuses loopback and link-local addresses, and accepts private ones", async () => {
    for (const host of [
      "localhost",
      "LOCALHOST:8443",
      "a.localhost",
      "127.0.0.1:15014",
      "2130706433",
      "0.0.0.0",
      "169.254.169.254",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[fe80::1]",
      "[fd00:ec2::254]",
    ]) {
      const uri = `https://${host}/jwks`;
      expect(await judge({ jwksUri: uri }), uri).to.deep.equal({
        violations: [inRule("jwksUri", messages.local(uri))],
      });
    }
    for (const host of ["10.0.0.7", "[fd00::7]", "keycloak.auth.svc", "localhost.example.com"]) {
      expect(await judge({ jwksUri: `https://${host}/jwks` }), host).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    expect((await judge({ jwksUri: unknown })).undecided).to.be.a("string");
  });

  it("refuses symmetric keys, and those of Istio's samples, and accepts public keys", async () => {
    const judged = (jwks: unknown) => judge({ jwksUri: undefined, jwks: JSON.stringify(jwks) });
    expect(
      await judged({
        keys: [
          { kty: "RSA", n: "x" },
          { kty: "oct", k: "x" },
        ],
      }),
    ).to.deep.equal({
      violations: [inRule("jwks", messages.symmetric())],
    });
    const n =
      "xAE7eB6qugXyCAG3yhh7pkDkT65pHymX-P7KfIupjf59vsdo91bSP9C8H07pSAGQO1MV_xFj9VswgsCg4R6otmg5PV2He95l";
    expect(await judged({ keys: [{ kty: "RSA", n }] })).to.deep.equal({
      violations: [inRule("jwks", messages.publishedKey())],
    });
    expect(await judged({ keys: [{ kty: "EC", x: "x", y: "y" }] })).to.deep.equal({ violations: [] });
  });

  it("refuses the address of Istio's samples in mirrors, and accepts another path there", async () => {
    const samples = "https://github.com/istio/istio/raw/master/security/tools/jwt/samples/jwks.json";
    expect(await judge({ jwksUri: samples })).to.deep.equal({
      violations: [inRule("jwksUri", messages.published(samples))],
    });
    expect(await judge({ jwksUri: "https://github.com/example/keys/raw/main/jwks.json" })).to.deep.equal({
      violations: [],
    });
  });
});
