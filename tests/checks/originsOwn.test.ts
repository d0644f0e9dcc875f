import { expect } from "chai";
import { anyCharacter, everyOrigin, openEnd } from "../../checks/rules/originsOwn";
import { checkMesh, renderMesh } from "../../mesh";

const result = (allowOrigins: readonly unknown[]): ReturnType<typeof checkMesh> =>
  checkMesh({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            cors: { allowOrigins },
            routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
          },
        },
      },
    },
  });
const found = (origin: unknown): string[] =>
  result([origin]).findings.map(({ code, path, message }) => `${code} ${path}: ${message}`);
const at = 'gateways.public.hosts["shop.example.com"].cors.allowOrigins[0]';

describe("checks of allowed origins", () => {
  it("accept origins and expressions that end with a domain", () => {
    for (const origin of [
      "https://app.example.com",
      { exact: "https://app.example.com" },
      { prefix: "http://localhost:" },
      { regex: "https://[a-z0-9-]+\\.example\\.com" },
      { regex: "https://(.*\\.)?example\\.com(:[0-9]+)?" },
    ]) {
      expect(found(origin), JSON.stringify(origin)).to.deep.equal([]);
    }
  });

  it("warn of those that other domains match", () => {
    for (const regex of [".*", "https://.*", "https?://[a-z.]+"]) {
      expect(found({ regex })).to.deep.equal([`MW323 ${at}: ${everyOrigin(regex).message}`]);
    }
    for (const regex of ["https://.*.example.com", "https://app.example\\.com"]) {
      expect(found({ regex })).to.deep.equal([`MW323 ${at}: ${anyCharacter(regex).message}`]);
    }
    const prefix = "https://app.example.com";
    expect(found({ prefix })).to.deep.equal([`MW323 ${at}: ${openEnd(prefix).message}`]);
  });

  it("refuse what is neither an origin nor a pattern", () => {
    for (const origin of ["*", "app.example.com", { regex: "(" }, { suffix: "x" }, 1]) {
      expect(found(origin).join(), JSON.stringify(origin)).to.match(/^MW00[12] /);
    }
  });

  it("render as they are written, and texts as exact ones", () => {
    const regex = "https://[a-z]+\\.example\\.com";
    const { mesh } = result(["https://a.example.com", { regex }]);
    const object = mesh && renderMesh(mesh).find(({ metadata }) => metadata.name === "shop.example.com");
    const { http = [] } = (object?.spec ?? {}) as { http?: { corsPolicy: { allowOrigins: unknown } }[] };
    expect(http.map(({ corsPolicy }) => corsPolicy.allowOrigins)).to.deep.equal([
      [{ exact: "https://a.example.com" }, { regex }],
    ]);
  });
});
