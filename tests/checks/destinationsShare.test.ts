import { expect } from "chai";
import { aboveAll, listedTwice, notApplied } from "../../checks/rules/destinationsShare";
import { checkMesh } from "../../mesh";

const at = 'gateways.public.hosts["shop.example.com"].routes[0]';
const http = { port: 8080, protocol: "http" };

function found(destinations: object[], services: object = {}, route: object = {}): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: {
      legacy: { ports: { http } },
      next: { ports: { http } },
      two: { ports: { http, admin: { port: 9090, protocol: "http" } } },
      db: { ports: { tcp: { port: 5432, protocol: "tcp" } } },
      ...services,
    },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [{ prefix: "/", service: "legacy", destinations, ...route }],
          },
        },
      },
    },
  });
  return findings
    .filter(({ code }) => code !== "MW111" && code !== "MW319")
    .map(({ code, path, message }) => `${code} ${path}: ${message}`);
}
const codes = (...given: Parameters<typeof found>): string[] =>
  found(...given).map((one) => one.split(":")[0] ?? "");

describe("checks of a route with several services", () => {
  it("find weights above 100, and accept what leaves nothing for the first service", () => {
    const weights = (...list: number[]): string[] =>
      found(list.map((weight, i) => ({ service: i === 0 ? "next" : "two", port: "http", weight })));
    expect(weights(60, 50)).to.deep.equal([
      `MW534 ${at}.destinations: ${aboveAll("legacy", [60, 50]).message}`,
    ]);
    for (const list of [[100], [60, 40], [0]]) expect(weights(...list), list.join()).to.deep.equal([]);
    for (const weight of [-1, 101, 0.5]) expect(weights(weight).join(), String(weight)).to.match(/^MW001 /);
  });

  it("find a service that is listed twice, except at another port", () => {
    const twice = `MW534 ${at}.destinations[0].service: ${listedTwice("legacy").message}`;
    expect(found([{ service: "legacy", weight: 10 }])).to.deep.equal([twice]);
    const two = [
      { service: "two", port: "http", weight: 10 },
      { service: "two", port: "admin", weight: 10 },
    ];
    expect(found(two)).to.deep.equal([]);
  });

  it("find what belongs to one service", () => {
    const versions = { v1: {}, v2: {} };
    const own = {
      headerRoutes: [{ headers: { a: "b" }, version: "v2" }],
      mirror: { version: "v2", percentage: 5 },
    };
    for (const [field, value] of Object.entries(own)) {
      const traffic = { weights: { v1: 100, v2: 0 }, [field]: value };
      const next = { ports: { http }, versions, traffic };
      expect(found([{ service: "next", weight: 10 }], { next }), field).to.deep.equal([
        `MW534 ${at}.destinations[0].service: ${notApplied("next", field).message}`,
      ]);
      expect(found([{ service: "next", weight: 10 }], { legacy: next }), field).to.deep.equal([
        `MW534 ${at}.service: ${notApplied("legacy", field).message}`,
      ]);
    }
  });

  it("refer to declared services and HTTP ports", () => {
    const place = `${at}.destinations[0]`;
    expect(codes([{ service: "nxt", weight: 10 }])).to.deep.equal([`MW101 ${place}.service`]);
    expect(codes([{ service: "two", weight: 10 }])).to.deep.equal([`MW103 ${place}`]);
    expect(codes([{ service: "two", port: "htp", weight: 10 }])).to.deep.equal([`MW102 ${place}.port`]);
    expect(codes([{ service: "db", weight: 10 }])).to.deep.equal([`MW204 ${place}.service`]);
  });

  it("report what the route requires once, and a service of which another route requires less", () => {
    const next = [{ service: "next", weight: 10 }];
    expect(codes(next, {}, { endUser: {} })).to.deep.equal([`MW301 ${at}.endUser`]);
    expect(codes(next, {}, { paths: ["/a//b"] })).to.deep.equal([`MW306 ${at}.paths[0]`]);
  });
});
