import { expect } from "chai";
import { difference, readObjects } from "../../effect";

const model = (...jwtRules: readonly object[]) =>
  readObjects([
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "shop" },
      spec: { template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } } },
    },
    {
      apiVersion: "security.istio.io/v1",
      kind: "RequestAuthentication",
      metadata: { name: "web", namespace: "shop" },
      spec: { jwtRules },
    },
  ]);
const rule = { issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" };
const found = (now: object): string[] =>
  difference(model(rule), model({ ...rule, ...now }))
    .filter(({ kind }) => kind === "tokens changed")
    .map(({ before, after }) => `${before} -> ${after}`);

describe("effect/tokenDifference", () => {
  it("finds other keys, other places of the token, and other headers for the application", () => {
    const of = "tokens of https://id.example.com";
    expect(found({ jwksUri: "http://id.example.com/keys" })).to.deep.equal([
      `${of}: jwksUri https://id.example.com/keys -> ${of}: jwksUri http://id.example.com/keys`,
    ]);
    expect(found({ jwksUri: undefined, jwks: "{}" })).to.deep.equal([
      `${of}: jwksUri https://id.example.com/keys, jwks not set -> ${of}: jwksUri not set, jwks {}`,
    ]);
    expect(found({ fromHeaders: [{ name: "x-token" }] })).to.deep.equal([
      `${of}: fromHeaders not set -> ${of}: fromHeaders [{"name":"x-token"}]`,
    ]);
    expect(found({ forwardOriginalToken: true })).to.deep.equal([
      `${of}: forwardOriginalToken not set -> ${of}: forwardOriginalToken true`,
    ]);
  });

  it("leaves audiences and other issuers to the comparison of access", () => {
    expect(found({})).to.deep.equal([]);
    expect(found({ audiences: ["web"], forwardOriginalToken: false })).to.deep.equal([]);
    expect(found({ issuer: "https://other.example.com" })).to.deep.equal([]);
  });
});
