import { expect } from "chai";
import type { Finding } from "../../checks";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const issuer = "https://auth.example.com";
const host = 'gateways.public.hosts["shop.example.com"]';

interface Parts {
  readonly host?: object;
  readonly route?: object;
  readonly routes?: readonly object[];
  readonly jwtRules?: readonly object[];
}

const found = (parts: Parts): Finding[] => {
  const { jwtRules = [{ issuer }], routes = [{ prefix: "/", service: "web", ...parts.route }] } = parts;
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http, admin: { port: 9090, protocol: "http" } } } },
    jwtRules,
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: routes.map((route) => ({ port: "http", ...route })),
            ...parts.host,
          },
        },
      },
    },
  });
  return [...findings];
};
const codes = (parts: Parts): string[] => found(parts).map(({ code, path }) => `${code} ${path}`);
const claims = (value: object, more: object = {}): Parts => ({
  route: { methods: ["GET"], endUser: { claims: value, ...more } },
});

describe("checks of tokens", () => {
  it("accept names of claims that are URLs or have no dot, at every depth", () => {
    for (const names of [
      { roles: ["a"] },
      { "https://example.com/roles": ["a"] },
      { "cognito:groups": ["a"] },
      { realm_access: { roles: ["a"] } },
      { resource_access: { shop: { roles: ["a"] } } },
    ]) {
      expect(codes(claims(names)), JSON.stringify(names)).to.deep.equal([]);
    }
  });

  it("warn of names with dots, and name the nested reading", () => {
    const [finding] = found(claims({ "resource_access.shop.roles": ["a"] }));
    expect(finding).to.include({ code: "MW314", severity: "warning" });
    expect(finding?.fix).to.contain("{ resource_access: { shop: { roles: […] } } }");
    expect(codes(claims({ outer: { "in.ner": ["a"] } }))).to.deep.equal([
      `MW314 ${host}.routes[0].endUser.claims.outer["in.ner"]`,
    ]);
  });

  it("refuse names that Istio cannot match at every depth, and objects without claims", () => {
    for (const names of [
      { "realm access": ["a"] },
      { "a[b]": ["a"] },
      { "": ["a"] },
      { outer: { "x y": ["a"] } },
    ]) {
      expect(codes(claims(names)).join(), JSON.stringify(names)).to.match(/^MW105 /);
    }
    expect(codes(claims({ outer: {} })).join()).to.match(/^MW001 /);
  });

  it("ask for the issuer of claims where there are several", () => {
    const jwtRules = [{ issuer }, { issuer: "https://customers.example.com" }];
    const roles = { roles: ["admin"] };
    expect(codes({ ...claims(roles), jwtRules })).to.deep.equal([`MW315 ${host}.routes[0].endUser.claims`]);
    expect(codes({ ...claims(roles, { issuer }), jwtRules })).to.deep.equal([]);
    expect(codes({ ...claims({}), jwtRules })).to.deep.equal([]);
    expect(codes({ ...claims(roles, { issuer: "https://other.example.com" }), jwtRules })).to.deep.equal([
      `MW316 ${host}.routes[0].endUser.issuer`,
    ]);
  });

  it("refuse keys that are no key set", () => {
    const rule = (jwks: string): Parts => ({ ...claims({}), jwtRules: [{ issuer, jwks }] });
    expect(codes(rule('{"keys":[]}'))).to.deep.equal([]);
    for (const wrong of ["{}", "keys", '{"keys":1}', "null"]) {
      expect(codes(rule(wrong))).to.deep.equal(["MW001 jwtRules[0].jwks"]);
    }
  });

  it("find keys that sign tokens, without printing them", () => {
    const signedWith = (...keys: readonly object[]): Finding[] =>
      found({ ...claims({}), jwtRules: [{ issuer, jwks: JSON.stringify({ keys }) }] });
    const verifying = { kty: "RSA", n: "AQAB", e: "AQAB" };
    expect(signedWith(verifying)).to.deep.equal([]);
    for (const secret of [
      { ...verifying, d: "cGF0aWVuY2U" },
      { kty: "oct", k: "cGF0aWVuY2U" },
    ]) {
      const findings = signedWith(verifying, secret);
      expect(findings.map(({ code, path }) => `${code} ${path}`)).to.deep.equal(["MW334 jwtRules[0].jwks"]);
      expect(JSON.stringify(findings)).not.to.contain("cGF0aWVuY2U");
    }
  });

  it("hold a host's CORS against the methods and the token of its routes", () => {
    const cors = (own: object): object => ({ cors: { allowOrigins: ["https://app.example.com"], ...own } });
    const route = { methods: ["GET", "PUT", "DELETE"], endUser: {} };
    const both = [`MW318 ${host}.cors.allowHeaders`, `MW318 ${host}.cors.allowMethods`];
    expect(codes({ route, host: cors({}) })).to.deep.equal(both);
    const allowMethods = ["GET", "PUT", "DELETE"];
    expect(codes({ route, host: cors({ allowMethods }) })).to.deep.equal(both.slice(0, 1));
    expect(codes({ route, host: cors({ allowMethods, allowHeaders: ["Authorization"] }) })).to.deep.equal([]);
    const fromCookies = ["session"];
    expect(codes({ route, host: cors({ allowMethods }), jwtRules: [{ issuer, fromCookies }] })).to.deep.equal(
      [],
    );
    const jwtRules = [{ issuer, fromHeaders: [{ name: "x-token" }] }];
    const authorization = { allowMethods, allowHeaders: ["authorization"] };
    expect(codes({ route, host: cors(authorization), jwtRules })).to.deep.equal(both.slice(0, 1));
    expect(codes({ route, host: cors({ allowMethods, allowHeaders: ["x-token"] }), jwtRules })).to.deep.equal(
      [],
    );
  });

  it("hold CORS against the headers of the issuer that a route names, or of all of them", () => {
    const other = "https://partners.example.com";
    const rules = [{ issuer }, { issuer: other, fromHeaders: [{ name: "x-token" }] }];
    const cors = (...allowHeaders: string[]): object => ({
      cors: { allowOrigins: ["https://app.example.com"], allowMethods: ["GET"], allowHeaders },
    });
    const of = (endUser: object, ...allowed: string[]): Finding[] =>
      found({ route: { methods: ["GET"], endUser }, host: cors(...allowed), jwtRules: rules });
    expect(of({ issuer }, "authorization")).to.deep.equal([]);
    expect(of({ issuer: other }, "x-token")).to.deep.equal([]);
    expect(of({}, "authorization", "x-token")).to.deep.equal([]);
    const fixes = (findings: Finding[]): string[] => findings.map(({ code, fix }) => `${code}: ${fix}`);
    expect(fixes(of({ issuer }, "x-token"))).to.deep.equal(['MW318: add "authorization"']);
    expect(fixes(of({ issuer: other }, "authorization"))).to.deep.equal(['MW318: add "x-token"']);
    expect(fixes(of({}, "x-token"))).to.deep.equal(['MW318: add "authorization" or "x-token"']);
  });

  it("need no header in CORS for a token in a query parameter", () => {
    const cors = { allowOrigins: ["https://app.example.com"], allowMethods: ["GET"] };
    const route = { methods: ["GET"], endUser: {} };
    const by = (rule: object): string[] => codes({ route, host: { cors }, jwtRules: [{ issuer, ...rule }] });
    expect(by({ fromParams: ["access_token"] })).to.deep.equal([]);
    expect(by({})).to.deep.equal([`MW318 ${host}.cors.allowHeaders`]);
    expect(by({ fromParams: [] })).to.include("MW001 jwtRules[0].fromParams");
  });

  it("tell of preflight requests that need a token", () => {
    const finding = [`MW319 ${host}.routes[0].endUser`];
    const endUser = {};
    expect(codes({ route: { endUser } })).to.deep.equal(finding);
    expect(codes({ route: { endUser, methods: ["GET", "OPTIONS"] } })).to.deep.equal(finding);
    expect(codes({ route: { endUser, methods: ["GET"] } })).to.deep.equal([]);
    const open = { prefix: "/", service: "web", methods: ["OPTIONS"] };
    const asking = { prefix: "/", service: "web", endUser };
    expect(codes({ routes: [open, { ...asking, methods: ["GET", "POST"] }] })).to.deep.equal([]);
    // The rule of the open route admits OPTIONS without the token that the other one requires.
    expect(codes({ routes: [open, asking] })).to.deep.equal([`MW313 ${host}.routes[1].endUser`]);
    expect(codes({ route: {} })).to.deep.equal(["MW307 jwtRules"]);
    expect(codes({ route: { endUser }, jwtRules: [] })).to.deep.equal(["MW001 jwtRules"]);
  });
});
