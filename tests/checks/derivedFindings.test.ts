import { expect } from "chai";
import { rules } from "../../checks";
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

describe("a value of the wrong form", () => {
  const codes = (definition: unknown): string[] =>
    checkMesh(definition)
      .findings.map(({ code }) => code)
      .filter((code) => code !== "MW111" && code !== "MW307");

  it("leaves overrides unjudged, because an object may be rendered from it", () => {
    for (const { code, stage, examples } of rules) {
      if (stage !== "objects") continue;
      expect(codes({ ...(examples.wrong as object), environment: 5 }), code).to.deep.equal(["MW001"]);
    }
  });

  const tls = { credentialName: "a" };
  const web = { ports: { http, admin: { port: 9090, protocol: "http" } } };
  const gateways = (one: object, more: object = {}): object => ({
    name: "shop",
    services: { web },
    gateways: {
      one: {
        hosts: { "a.example.com": { tls, routes: [{ prefix: "/", service: "web", port: "http" }] } },
        ...one,
      },
      ...more,
    },
  });

  it("leaves the pods of its gateway unjudged", () => {
    const pods = { namespace: "edge", serviceAccount: "edge" };
    expect(codes(gateways(pods))).to.deep.equal(["MW332"]);
    expect(codes(gateways({ ...pods, release: "edge" }))).to.deep.equal(["MW332"]);
    for (const field of ["namespace", "serviceAccount", "selector", "release"]) {
      expect(codes(gateways({ ...pods, [field]: 5 })), field).to.deep.equal(["MW001"]);
    }
    const routes = [{ prefix: "/", service: "web", port: "http" }];
    const two = { two: { release: "edge", namespace: "other", hosts: { "b.example.com": { tls, routes } } } };
    expect(codes(gateways({ release: "edge" }, two))).to.deep.equal(["MW333"]);
    expect(codes(gateways({ release: "edge", namespace: 5 }, two))).to.deep.equal(["MW001"]);
    expect(codes(gateways({ release: 5 }, { two: { ...two.two, release: "istio-ingress" } }))).to.deep.equal([
      "MW001",
    ]);
  });

  it("leaves routes that it may tell apart unjudged", () => {
    const hosts = (wider: object, narrower: object): string[] =>
      codes({
        ...gateways({
          hosts: {
            "a.example.com": {
              tls,
              routes: [
                { prefix: "/", service: "web", port: "http", ...wider },
                { prefix: "/admin", service: "web", port: "http", ...narrower },
              ],
            },
          },
        }),
      });
    expect(hosts({}, { methods: ["GET"] })).to.deep.equal(["MW313"]);
    expect(hosts({ port: 5 }, { methods: ["GET"] })).to.deep.equal(["MW001"]);
    expect(hosts({ methods: 5 }, { methods: ["GET"] })).to.deep.equal(["MW001"]);
    expect(hosts({}, { methods: ["GET"], port: 5 })).to.deep.equal(["MW001"]);
    const ipBlocks = ["203.0.113.0/24"];
    expect(hosts({}, { ipBlocks })).to.deep.equal(["MW322"]);
    expect(hosts({ port: 5 }, { ipBlocks })).to.deep.equal(["MW001"]);
    expect(hosts({ ipBlocks: 5 }, { ipBlocks })).to.deep.equal(["MW001"]);
  });

  it("leaves the certificate of its external service unjudged", () => {
    const bank = (own: object): object => ({
      name: "shop",
      services: { web: { ports: { http }, calls: { bank: {} } } },
      externalServices: {
        bank: {
          host: "bank.example.com",
          ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
          tls: { mode: "MUTUAL", credentialName: "bank-client" },
          ...own,
        },
      },
    });
    expect(codes(bank({}))).to.deep.equal(["MW611"]);
    expect(codes(bank({ egressGateway: "yes" }))).to.deep.equal(["MW001"]);
    expect(codes(bank({ tls: { mode: "SIMPLE" } }))).to.deep.equal([]);
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
