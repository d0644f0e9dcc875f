import { expect } from "chai";
import { text } from "../../checks/rules/pathNormal";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };

const calling = (path: string): string[] =>
  foundBy("MW306", {
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: { paths: ["/api/*", path] } } },
      api: { ports: { http } },
    },
  });

/** The findings about a host's routes, redirects, direct responses or delegates. */
const serving = (section: string, entry: object): string[] =>
  foundBy("MW306", {
    name: "shop",
    services: { web: { ports: { http } } },
    gateways: {
      public: {
        hosts: {
          "a.example.com": {
            tls: { credentialName: "a" },
            routes: [{ prefix: "/other", service: "web" }],
            [section]: [entry],
          },
        },
      },
    },
  });

const flaws = {
  "/a?b=c": "has no ? and no #",
  "/a#b": "has no ? and no #",
  "/a\\b": "has slashes instead of backslashes",
  "/a%2fb": "has no escaped slash, backslash or dot",
  "/a%5Cb": "has no escaped slash, backslash or dot",
  "/a/%2e%2E/b": "has no escaped slash, backslash or dot",
  "/a//b": "has no //",
  "/a/./b": "has no /./ and no /../",
  "/a/../b": "has no /./ and no /../",
  "/a/..": "has no /./ and no /../",
};
const normal = ["/", "/a/*", "/a.b", "/.well-known/x", "/a/...", "/..a/b", "/a%20b", "/a/b..", "/a;b=c"];

describe("the check of normalized paths", () => {
  it("finds how a path differs from the one that proxies compare", () => {
    for (const [path, flaw] of Object.entries(flaws)) {
      expect(calling(path)).to.deep.equal([`services.web.calls.api.paths[1]: ${text(path, flaw).message}`]);
    }
    for (const path of normal) expect(calling(path), path).to.deep.equal([]);
  });

  it("finds it in prefixes and exact paths of everything that a host serves", () => {
    const kinds = {
      routes: { service: "web" },
      redirects: { authority: "b.example.com" },
      directResponses: { status: 503 },
      delegates: { delegate: { name: "routes", namespace: "team" } },
    };
    const { message } = text("/a//b", "has no //");
    for (const [section, rest] of Object.entries(kinds)) {
      const at = `gateways.public.hosts["a.example.com"].${section}[0]`;
      expect(serving(section, { prefix: "/a//b", ...rest })).to.deep.equal([`${at}.prefix: ${message}`]);
      expect(serving(section, { prefix: "/a/b", ...rest }), section).to.deep.equal([]);
      if (!["routes", "directResponses"].includes(section)) continue;
      const exact = (path: string): object => ({ match: { uri: { exact: path } }, ...rest });
      expect(serving(section, exact("/a//b"))).to.deep.equal([`${at}.match.uri.exact: ${message}`]);
      expect(serving(section, exact("/a/b")), section).to.deep.equal([]);
      const regex = { match: { uri: { regex: "/a//b" } }, paths: ["/*"], ...rest };
      expect(serving(section, regex), section).to.deep.equal([]);
    }
  });
});
