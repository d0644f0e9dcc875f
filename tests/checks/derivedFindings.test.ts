import { expect } from "chai";
import { text } from "../../checks/rules/weightsSum";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const brief = (definition: unknown): string[] =>
  checkMesh(definition).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);

describe("findings that follow from a value of the wrong form", () => {
  it("hide no other mistake beside the value", () => {
    const weights = (v1: unknown): object => ({
      name: "shop",
      services: {
        web: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1, v2: 20 }, headerRoutes: [{ headers: { "x-v": "2" }, version: "v3" }] },
        },
      },
    });
    const undeclared =
      'MW104 services.web.traffic.headerRoutes[0].version: use one of "v1", "v2", or declare it under services.web.versions';
    expect(brief(weights("90"))).to.deep.equal([
      undeclared,
      "MW001 services.web.traffic.weights.v1: give a number: 90",
    ]);
    expect(brief(weights(90))).to.deep.equal([
      undeclared,
      `MW201 services.web.traffic.weights: ${text("web", [90, 20]).fix}`,
    ]);
  });
});

describe("the fix of a value of the wrong form", () => {
  it("names a required field that is missing beside an unknown one, rather than removal", () => {
    const external = (own: object): object => ({
      name: "shop",
      services: { web: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank: { ports: { https: { port: 443, protocol: "tls" } }, ...own } },
    });
    const missing = "MW003 externalServices.bank.host: give a string";
    expect(brief(external({ hostname: "bank.example.com" }))).to.deep.equal([
      missing,
      'MW002 externalServices.bank.hostname: rename it to "host", which is required, or remove it',
    ]);
    expect(brief(external({ host: "bank.example.com", resilence: {} }))).to.deep.equal([
      'MW002 externalServices.bank.resilence: did you mean "resilience"?',
    ]);
  });
});
