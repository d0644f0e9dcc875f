import { expect } from "chai";
import { checkMesh } from "../../mesh";

const tls = { credentialName: "a" };
const at = 'gateways.public.hosts["a.example.com"]';

function found(own: { routes: readonly object[]; [field: string]: unknown }): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    gateways: {
      public: {
        hosts: {
          "a.example.com": { tls, ...own, routes: own.routes.map((one) => ({ service: "web", ...one })) },
        },
      },
    },
  });
  return findings.filter(({ code }) => code === "MW108").map(({ path, message }) => `${path}: ${message}`);
}

const second = (what: string, first = "routes[0]"): string =>
  `${first} of a.example.com already matches every request ${what}`;
const api = { prefix: "/api" };
const exact = { match: { uri: { exact: "/robots.txt" } } };

describe("the check of routes that match the same requests", () => {
  it("names the first of them, by prefix or by path", () => {
    expect(found({ routes: [api, { prefix: "/" }, api] })).to.deep.equal([
      `${at}.routes[2].prefix: ${second("below /api")}`,
    ]);
    expect(found({ routes: [exact, exact] })).to.deep.equal([
      `${at}.routes[1].match.uri: ${second("with the path /robots.txt")}`,
    ]);
    expect(found({ routes: [{}, {}] })).to.deep.equal([`${at}.routes[1]: ${second("below /")}`]);
    expect(found({ routes: [api, exact, { prefix: "/web" }] })).to.deep.equal([]);
    const header = { ...api, match: { headers: { x: { exact: "1" } } } };
    expect(found({ routes: [api, header] })).to.deep.equal([]);
    expect(found({ routes: [header, header] })).to.have.lengthOf(1);
  });

  it("accepts routes with different methods, and one after them without methods", () => {
    const only = (...methods: string[]): object => ({ ...api, methods });
    expect(found({ routes: [only("GET"), only("POST"), api] })).to.deep.equal([]);
    expect(found({ routes: [only("GET", "PUT"), only("PUT", "POST")] })).to.deep.equal([
      `${at}.routes[1].prefix: ${second("below /api")}`,
    ]);
    expect(found({ routes: [only("GET"), only("POST"), api, api] })).to.deep.equal([
      `${at}.routes[3].prefix: ${second("below /api", "routes[2]")}`,
    ]);
  });

  it("compares redirects, direct responses and delegates with routes, whatever their methods", () => {
    const routes = [{ ...api, methods: ["GET"] }];
    const delegate = { name: "routes", namespace: "team" };
    for (const [field, one] of Object.entries({
      redirects: { ...api, uri: "/new" },
      directResponses: { ...api, status: 503 },
      delegates: { ...api, delegate },
    })) {
      expect(found({ routes, [field]: [one] }), field).to.deep.equal([
        `${at}.${field}[0].prefix: ${second("below /api")}`,
      ]);
      expect(found({ routes: [{ prefix: "/" }], [field]: [one] }), field).to.deep.equal([]);
    }
    const directResponses = [
      { ...exact, status: 200 },
      { ...exact, status: 404 },
    ];
    expect(found({ routes, directResponses })).to.deep.equal([
      `${at}.directResponses[1].match.uri: ${second("with the path /robots.txt", "directResponses[0]")}`,
    ]);
  });
});
