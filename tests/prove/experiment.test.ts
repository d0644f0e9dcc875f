import { expect } from "chai";
import { defineMesh, normalize } from "../../catalog";
import { isMet } from "../../prove/judge";
import { runAll } from "../../prove/claims";
import { type Experiment, fitsShare, proven, type Stage, tally } from "../../prove/experiment";
import { gatewayQuestions } from "../../prove/questions/gateways";
import { createTokenIssuer } from "../../prove/tokens";

describe("fitsShare", () => {
  it("accepts what chance explains, and nothing else", () => {
    expect(fitsShare(70, 100, 0.7)).to.equal(true);
    expect(fitsShare(210 + 39, 300, 0.7)).to.equal(true);
    expect(fitsShare(210 + 41, 300, 0.7)).to.equal(false);
    expect(fitsShare(210 - 41, 300, 0.7)).to.equal(false);
  });

  it("accepts no exception from all or none", () => {
    expect(fitsShare(0, 300, 0)).to.equal(true);
    expect(fitsShare(1, 300, 0)).to.equal(false);
    expect(fitsShare(299, 300, 1)).to.equal(false);
  });
});

describe("tally", () => {
  it("counts equal values", () => {
    expect(tally(["200", "503", "200"])).to.equal("2 × 200, 1 × 503");
  });
});

describe("runAll", () => {
  it("runs what uses up a limit after everything else", async () => {
    const order: string[] = [];
    const one = (claim: string, when: Partial<Experiment>): Experiment => ({
      path: "",
      claim,
      ...when,
      run: () => {
        order.push(claim);
        return Promise.resolve(proven(1));
      },
    });
    const all = [one("limit", { exhausts: true }), one("timeout", { waits: true }), one("mirror", {})];
    const proofs = await runAll(all, {} as Stage, () => undefined);
    expect(order).to.deep.equal(["mirror", "timeout", "limit"]);
    expect(proofs.map(({ claim }) => claim)).to.deep.equal(["limit", "timeout", "mirror"]);
  });
});

describe("gatewayQuestions", () => {
  const mesh = normalize(
    defineMesh({
      name: "shop",
      jwtRules: [{ issuer: "https://auth.example.com" }],
      services: { web: { ports: { http: { port: 80, protocol: "http" } } } },
      gateways: {
        edge: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "cert" },
              routes: [{ prefix: "/api", rewrite: "/", service: "web", methods: ["GET"], endUser: {} }],
              redirects: [{ prefix: "/old", uri: "/new", redirectCode: 308 }],
            },
          },
        },
      },
    }),
  );
  const lines = gatewayQuestions(mesh, createTokenIssuer()).map(
    ({ scheme, target, requestPath, request, expect: what, sees, redirect }) => {
      const token = request.headers?.authorization === undefined ? "" : " with a token";
      const where = target.kind === "host" ? `${target.host}:${target.port}` : "";
      const details = sees?.path ?? redirect?.location ?? "";
      return `${request.method ?? "GET"} ${scheme}://${where}${requestPath}${token}: ${what} ${details}`.trim();
    },
  );

  it("ask for each route with a token, without one and with wrong ones, and for another method", () => {
    expect(lines.filter((line) => /:443\/(api|prove\/)/.test(line))).to.deep.equal([
      "GET https://shop.example.com:443/api: denied",
      "GET https://shop.example.com:443/api with a token: answered /",
      "GET https://shop.example.com:443/api with a token: denied",
      "GET https://shop.example.com:443/api with a token: denied",
      "HEAD https://shop.example.com:443/api with a token: denied",
      "POST https://shop.example.com:443/api with a token: denied",
      "PUT https://shop.example.com:443/api with a token: denied",
      "PATCH https://shop.example.com:443/api with a token: denied",
      "DELETE https://shop.example.com:443/api with a token: denied",
      "OPTIONS https://shop.example.com:443/api with a token: denied",
      "GET https://shop.example.com:443/prove/..%2fapi with a token: answered /",
      // By TLS 1.2.
      "GET https://shop.example.com:443/api with a token: answered /",
    ]);
  });

  it("ask for redirects, and for what the gateway refuses", () => {
    expect(lines.filter((line) => !/:443\/(api|prove\/)/.test(line))).to.deep.equal([
      "GET https://shop.example.com:443/old: redirected https://shop.example.com/new",
      "GET https://shop.example.com:443/prove-no-such-route with a token: unreachable",
      "GET https://foreign.example.org:443/: unreachable",
      "GET https://shop.example.com:443/: refused",
      "GET http://shop.example.com:80/prove: redirected https://shop.example.com/prove",
    ]);
  });

  it("take another path or location than the expected one as refuted", () => {
    const answer = { status: "200", milliseconds: 1, headers: {}, body: '{"path":"/x"}', pod: "web-1" };
    const wanted = { expect: "answered", scheme: "https" } as const;
    expect(isMet({ ...wanted, sees: { path: "/x", service: "web" } }, answer)).to.equal(true);
    expect(isMet({ ...wanted, sees: { path: "/y" } }, answer)).to.equal(false);
    expect(isMet({ ...wanted, sees: { service: "other" } }, answer)).to.equal(false);
    // An answer to HEAD.
    expect(isMet({ ...wanted, sees: { path: "/y", service: "web" } }, { ...answer, body: "" })).to.equal(
      true,
    );
    const redirect = { status: "301", location: "https://a/" };
    const redirected = { status: "301", milliseconds: 1, headers: { location: "https://a/" }, body: "" };
    const asked = { expect: "redirected", scheme: "http", redirect } as const;
    expect(isMet(asked, redirected)).to.equal(true);
    expect(isMet(asked, { ...redirected, headers: { location: "https://b/" } })).to.equal(false);
    expect(isMet(asked, { ...redirected, status: "302" })).to.equal(false);
  });
});
