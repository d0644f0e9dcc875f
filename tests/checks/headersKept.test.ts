import { expect } from "chai";
import type { Finding } from "../../checks";
import { claimForged, clientForged, originsAdded, tokenChanged } from "../../checks/rules/headersKept";
import { checkMesh } from "../../mesh";

const issuer = "https://auth.example.com";
const at = 'gateways.public.hosts["shop.example.com"].routes[0].headers';

interface Parts {
  readonly headers?: object;
  readonly route?: object;
  readonly host?: object;
  readonly rule?: object;
}

function found({ headers, route = {}, host = {}, rule = {} }: Parts): Finding[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [{ prefix: "/", service: "web", methods: ["GET"], endUser: {}, headers, ...route }],
            ...host,
          },
        },
      },
    },
    jwtRules: [{ issuer, ...rule }],
  });
  // MW307 tells of an issuer whose tokens no route requires.
  return findings.filter(({ code }) => code !== "MW307");
}
const texts = (parts: Parts): string[] => found(parts).map(({ path, message }) => `${path}: ${message}`);

describe("checks of the headers of a route", () => {
  it("find changes of the token that the route requires", () => {
    const changed = (place: string): string[] => [`${at}.${place}: ${tokenChanged("authorization").message}`];
    expect(texts({ headers: { request: { remove: ["x-a", "Authorization"] } } })).to.deep.equal(
      changed("request.remove[1]"),
    );
    for (const way of ["set", "add"]) {
      expect(texts({ headers: { request: { [way]: { authorization: "Basic eA==" } } } })).to.deep.equal(
        changed(`request.${way}.authorization`),
      );
    }
    const remove = { headers: { request: { remove: ["authorization"] } } };
    expect(texts({ ...remove, route: { endUser: undefined } })).to.deep.equal([]);
    expect(texts({ ...remove, rule: { fromHeaders: [{ name: "x-token" }] } })).to.deep.equal([]);
    expect(texts({ ...remove, rule: { fromCookies: ["session"] } })).to.deep.equal([]);
    expect(texts({ ...remove, rule: { fromParams: ["access_token"] } })).to.deep.equal([]);
    expect(texts({ headers: { response: { remove: ["authorization"] } } })).to.deep.equal([]);
    expect(
      texts({ headers: { request: { remove: ["x-token"] } }, rule: { fromHeaders: [{ name: "X-Token" }] } }),
    ).to.deep.equal([`${at}.request.remove[0]: ${tokenChanged("x-token").message}`]);
    expect(
      texts({ headers: { request: { remove: ["cookie"] } }, rule: { fromCookies: ["session"] } }),
    ).to.deep.equal([`${at}.request.remove[0]: ${tokenChanged("cookie").message}`]);
  });

  it("find written claims and client addresses, and accept that those of clients are removed", () => {
    const rule = { outputClaimToHeaders: [{ header: "X-User", claim: "sub" }] };
    const set = { request: { set: { "x-user": "admin" } } };
    const forged = [`${at}.request.set.x-user: ${claimForged("x-user", issuer).message}`];
    expect(texts({ headers: set, rule })).to.deep.equal(forged);
    expect(texts({ headers: set, rule, route: { endUser: undefined } })).to.deep.equal(forged);
    expect(texts({ headers: set })).to.deep.equal([]);
    expect(texts({ headers: { request: { remove: ["x-user"] } }, rule })).to.deep.equal([]);
    expect(texts({ headers: { request: { add: { "X-Forwarded-For": "10.0.0.1" } } } })).to.deep.equal([
      `${at}.request.add.X-Forwarded-For: ${clientForged("x-forwarded-for").message}`,
    ]);
  });

  it("find headers of CORS beside the host's cors only", () => {
    const headers = { response: { set: { "access-control-allow-origin": "*" } } };
    const cors = { allowOrigins: ["https://a.example.com"], allowHeaders: ["authorization"] };
    expect(texts({ headers, host: { cors } })).to.deep.equal([
      `${at}.response.set.access-control-allow-origin: ${originsAdded("access-control-allow-origin").message}`,
    ]);
    expect(texts({ headers })).to.deep.equal([]);
  });

  it("refuse values that Envoy rejects, and names that it reserves", () => {
    const value = (text: string): string[] =>
      found({ headers: { response: { set: { a: text } } } }).map(({ code, path }) => `${code} ${path}`);
    for (const text of ["max-age=1", "100%%", "%PROTOCOL%", "%REQ(X-A?Y-B):10%", "%START_TIME(%s)% 5"]) {
      expect(value(text), text).to.deep.equal([]);
    }
    for (const text of ["", "100%", "%PROTOCOL", "a\r\nb: c", "%protocol%"]) {
      expect(value(text), text).to.deep.equal([`MW001 ${at}.response.set.a`]);
    }
    for (const name of [":authority", "Host", "a b", ""]) {
      expect(found({ headers: { request: { set: { [name]: "x" } } } }), name).to.have.lengthOf(1);
    }
  });

  it("point to conditions where the changes are missing", () => {
    const fix = (headers: object): string[] => found({ headers }).map((one) => `${one.code} ${one.fix}`);
    expect(fix({ x: "1" }).join()).to.match(/^MW002 .*write match: \{ headers: \{ … \} \} for a condition/);
    expect(fix({ reqest: { set: { a: "b" } } }).join()).to.contain('did you mean "request"?');
    expect(fix({ request: { a: "b" } }).join()).to.contain("write { set: { … } } around it");
    for (const empty of [{}, { request: {} }, { request: { set: {} } }]) {
      expect(fix(empty).join(), JSON.stringify(empty)).to.match(/^MW001 /);
    }
  });
});
