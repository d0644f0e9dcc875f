import { expect } from "chai";
import { find, http, metadata, render } from "./render";

const services = {
  web: { ports: { http }, calls: { api: {} } },
  api: { ports: { http }, admit: { partner: { namespace: "partner", endUser: {} } } },
  store: { namespace: "backend", ports: { http } },
} as const;

describe("requestAuthentication", () => {
  it("declares every issuer, where a call needs a token; its tokens stay on the request", () => {
    const objects = render({
      name: "shop",
      services,
      jwtRules: [
        { issuer: "https://a.example.com", jwksUri: "https://a.example.com/keys", audiences: ["shop"] },
        { issuer: "https://b.example.com", forwardOriginalToken: false },
      ],
    });
    expect(objects.filter(({ kind }) => kind === "RequestAuthentication")).to.deep.equal([
      {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: metadata("default", "jwtRules"),
        spec: {
          jwtRules: [
            {
              issuer: "https://a.example.com",
              jwksUri: "https://a.example.com/keys",
              audiences: ["shop"],
              forwardOriginalToken: true,
            },
            { issuer: "https://b.example.com", forwardOriginalToken: false },
          ],
        },
      },
    ]);
  });

  it("takes keys from the catalog, tokens from headers, cookies and query parameters, and hands claims on", () => {
    const rule = {
      issuer: "https://a.example.com",
      jwks: '{"keys":[]}',
      fromHeaders: [{ name: "x-token", prefix: "Token " }],
      fromCookies: ["session"],
      fromParams: ["access_token"],
      outputClaimToHeaders: [{ header: "x-user", claim: "sub" }],
      spaceDelimitedClaims: ["roles"],
    };
    expect(
      find(render({ name: "shop", services, jwtRules: [rule] }), "RequestAuthentication", "default").spec,
    ).to.deep.equal({ jwtRules: [{ ...rule, forwardOriginalToken: true }] });
  });

  it("is rendered where a limit counts by a claim, though no call there requires a token", () => {
    const limited = (key: { claim: string } | { header: string }): string[] =>
      render({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { store: {} }, admit: services.api.admit },
          store: {
            namespace: "backend",
            ports: { http },
            rateLimit: { requests: 100, per: "1s", quota: { ...key, requests: 60, per: "1m" } },
          },
        },
        jwtRules: [{ issuer: "https://a.example.com" }],
      })
        .filter(({ kind }) => kind === "RequestAuthentication")
        .map(({ metadata: { name, namespace } }) => `${namespace ?? ""}/${name}`);
    expect(limited({ claim: "tenant_id" })).to.have.members(["shop/default", "backend/default"]);
    expect(limited({ header: "x-tenant-id" })).to.deep.equal(["shop/default"]);
  });

  it("isn't rendered without an issuer", () => {
    const { web } = services;
    expect(
      render({ name: "shop", services: { web: { ports: web.ports } } }).map(({ kind }) => kind),
    ).to.not.include("RequestAuthentication");
  });
});
