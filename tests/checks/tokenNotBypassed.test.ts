import { expect } from "chai";
import { checkMesh } from "../../mesh";

const issuer = "https://auth.example.com";
const other = "https://partners.example.com";
const tls = { credentialName: "a" };
const place = (i: number): string => `gateways.public.hosts["a.example.com"].routes[${i}]`;

function found(...routes: readonly object[]): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" }, admin: { port: 9090, protocol: "http" } } },
    },
    jwtRules: [{ issuer }, { issuer: other }],
    gateways: {
      public: {
        hosts: {
          "a.example.com": {
            tls,
            routes: routes.map((route) => ({ service: "web", port: "http", methods: ["GET"], ...route })),
          },
        },
      },
    },
  });
  return findings
    .filter(({ code }) => code === "MW313")
    .map(({ path, message, fix }) => [path, message, fix].join("\n"));
}

const token = (route: number, wider: number, what = "no token", field = ".endUser"): string =>
  [
    place(route) + field,
    `this route's token can be bypassed: the rule of ${place(wider)}, which requires ${what}, admits its paths too, and "web" can't tell the routes apart`,
    'give one of the routes another port of "web" or another service, rewrite the two to separate paths, or require the same token at both',
  ].join("\n");
const methods = (route: number, wider: number, added: string): string =>
  [
    `${place(route)}.methods`,
    `the rule of ${place(wider)} admits ${added} to the paths of this route too, and "web" can't tell the two routes apart`,
    `admit ${added} here too, or give one of the routes another port of "web" or another service`,
  ].join("\n");

const claims = (roles: string[], more: object = {}): object => ({
  endUser: { issuer, claims: { roles, ...more } },
});
const all = { prefix: "/" };
const admin = { prefix: "/admin" };

describe("the check of tokens that a broader route doesn't require", () => {
  it("finds a route whose token another one does not require, and says what it requires", () => {
    expect(found(all, { ...admin, endUser: {} })).to.deep.equal([token(1, 0)]);
    expect(found({ ...all, ...claims(["a"]) }, { ...admin, ...claims(["b"]) })).to.deep.equal([
      token(1, 0, "another token"),
    ]);
    expect(found(all, { ...admin, endUser: {}, port: "admin" })).to.deep.equal([]);
    expect(found({ prefix: "/open" }, { ...admin, endUser: {} })).to.deep.equal([]);
    expect(found({ ...all, endUser: {} }, admin)).to.deep.equal([]);
  });

  it("compares tokens by issuer and by the values of every claim", () => {
    const pairs: [wider: object, narrower: object, isFound: boolean][] = [
      [{ endUser: {} }, { endUser: {} }, false],
      [{ endUser: { issuer } }, { endUser: {} }, false],
      [{ endUser: {} }, { endUser: { issuer } }, true],
      [{ endUser: { issuer: other } }, { endUser: { issuer } }, true],
      [{ endUser: { issuer } }, claims(["a"]), true],
      [claims(["a"]), { endUser: { issuer } }, false],
      [claims(["a"]), claims(["a", "b"]), false],
      [claims(["a", "b"]), claims(["a"]), true],
      [claims(["a"], { team: ["x"] }), claims(["a"]), false],
      [claims(["a"]), claims(["a"], { team: ["x"] }), true],
    ];
    for (const [wider, narrower, isFound] of pairs) {
      const message = JSON.stringify([wider, narrower]);
      expect(found({ ...all, ...wider }, { ...admin, ...narrower }).length > 0, message).to.equal(isFound);
    }
  });

  it("finds methods that a broader route admits", () => {
    const post = { methods: ["GET", "POST"] };
    expect(found({ ...all, ...post }, admin)).to.deep.equal([methods(1, 0, "POST")]);
    expect(found({ ...all, methods: ["PUT", "POST"] }, admin)).to.deep.equal([methods(1, 0, "POST, PUT")]);
    expect(found({ ...all, methods: undefined }, admin)).to.deep.equal([methods(1, 0, "every method")]);
    expect(found(all, { ...admin, ...post })).to.deep.equal([]);
    expect(found(all, { ...admin, methods: undefined })).to.deep.equal([]);
    // Requests with a method that only the narrower route admits need its token.
    const posted = { ...admin, methods: ["POST"], endUser: {} };
    expect(found(all, posted)).to.deep.equal([methods(1, 0, "GET")]);
    expect(found({ ...all, methods: undefined }, posted)).to.deep.equal([token(1, 0)]);
    expect(found(all, { ...posted, methods: undefined })).to.deep.equal([token(1, 0)]);
  });

  it("names the first of two routes to the same paths where each admits what the other doesn't", () => {
    const b = { prefix: "/admin/", rewrite: "/admin" };
    // The gateway has the longer prefix first.
    expect(found({ ...admin, ...claims(["a"]) }, { ...b, ...claims(["b"]) })).to.deep.equal([
      token(1, 0, "another token"),
    ]);
    expect(found(admin, { ...b, ...claims(["b"]) })).to.deep.equal([token(1, 0)]);
    expect(found({ ...admin, ...claims(["b"]) }, b)).to.deep.equal([token(0, 1)]);
    expect(found(admin, { ...b, methods: ["POST"] })).to.deep.equal([]);
  });

  it("finds what would be bypassed once dry runs are enforced, at the route that has one", () => {
    const dryRun = { endUser: {} };
    expect(found(all, { ...admin, dryRun })).to.deep.equal([token(1, 0, "no token", ".dryRun.endUser")]);
    expect(found({ ...all, dryRun }, { ...admin, dryRun })).to.deep.equal([]);
    expect(found(all, { ...admin, dryRun: "denied" })).to.deep.equal([]);
    // It is already found without the dry run.
    expect(found(all, { ...admin, endUser: {}, dryRun: claims(["a"]) })).to.deep.equal([token(1, 0)]);
    // Only the other route has a dry run.
    const wider = { ...all, endUser: { issuer }, dryRun: { endUser: {} } };
    expect(found(wider, { ...admin, endUser: { issuer } })).to.deep.equal([token(1, 0, "another token")]);
  });
});
