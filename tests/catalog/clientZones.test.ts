import { expect } from "chai";
import { type GatewayRouteDefinition, normalize } from "../../catalog";
import { clientZones } from "../../catalog/clientZones";

const http = { port: 8080, protocol: "http" } as const;
const office = { ipBlocks: ["192.0.2.0/24"] };
const branch = { ipBlocks: ["198.51.100.0/24"] };

function zonesOf(routes: readonly GatewayRouteDefinition[]) {
  const { gateways } = normalize({
    name: "shop",
    services: { web: { ports: { http } } },
    gateways: { edge: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } } },
  });
  const [host] = gateways[0]?.hosts ?? [];
  return host && clientZones(host);
}

const place = (index: number): string => `gateways.edge.hosts["shop.example.com"].routes[${index}]`;

describe("catalog/clientZones", () => {
  it("has none without lists of addresses", () => {
    expect(zonesOf([{ prefix: "/", service: "web" }])).to.deep.equal([]);
  });

  it("has one without paths if all routes have the same clients", () => {
    const zones = zonesOf([
      { prefix: "/", service: "web", ...office },
      { prefix: "/a", service: "web", ...office },
    ]);
    expect(zones?.map(({ paths, notPaths, from }) => ({ paths, notPaths, from }))).to.deep.equal([
      { paths: [], notPaths: [], from: [place(1), place(0)] },
    ]);
    expect(zones?.[0]?.clients.ipBlocks).to.deep.equal(["192.0.2.0/24"]);
  });

  it("has one for each route with a list, without the paths of narrower routes with other clients", () => {
    const zones = zonesOf([
      { prefix: "/", service: "web", ...office },
      { prefix: "/b/", service: "web", ...branch },
      { match: { uri: { exact: "/b/open" } }, service: "web" },
      { prefix: "/b/own", service: "web", ...branch },
      { prefix: "/a", service: "web" },
    ]);
    expect(zones?.map(({ paths, notPaths, from }) => ({ paths, notPaths, from: from.length }))).to.deep.equal(
      [
        { paths: ["/b/own", "/b/own/*"], notPaths: [], from: 1 },
        { paths: ["/b", "/b/*"], notPaths: ["/b/open"], from: 1 },
        { paths: [], notPaths: ["/a", "/a/*", "/b", "/b/*", "/b/open", "/b/own", "/b/own/*"], from: 1 },
      ],
    );
  });
});
