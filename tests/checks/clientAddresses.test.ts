import { expect } from "chai";
import { text } from "../../checks/rules/clientsNotBypassed";
import { conditionsLimited, connectionsLimited, wildcardLimited } from "../../checks/rules/clientsToldApart";
import { checkMesh } from "../../mesh";

const tls = { credentialName: "shop" };
const shop = "shop.example.com";
const ipBlocks = ["203.0.113.0/24"];
const place = (i: number, host = shop): string => `gateways.public.hosts["${host}"].routes[${i}]`;

function found(hosts: Record<string, object>): string[] {
  const http = { port: 8080, protocol: "http" };
  const { findings } = checkMesh({
    name: "shop",
    services: {
      web: { ports: { http } },
      api: { ports: { http } },
      vault: { ports: { tls: { port: 8200, protocol: "tls" } } },
    },
    gateways: { public: { hosts } },
  });
  return findings
    .filter(({ code }) => !["MW111", "MW313", "MW532"].includes(code))
    .map(({ code, path, message }) => `${code} ${path}: ${message}`);
}
const routed = (...routes: object[]): string[] =>
  found({ [shop]: { tls, routes: routes.map((route) => ({ service: "web", ...route })) } });

describe("checks of client addresses", () => {
  it("refuse what is no address, and blocks of every address", () => {
    for (const block of ["1.2.3.4", "1.2.3.0/24", "2001:db8::/32", "::1"]) {
      expect(routed({ prefix: "/", ipBlocks: [block] }), block).to.deep.equal([]);
    }
    for (const block of ["1.2.3", "1.2.3.0/33", "example.com", "0.0.0.0/0", "::/0", ""]) {
      expect(routed({ prefix: "/", notIpBlocks: [block] }).join(), block).to.match(
        /^MW001 .*notIpBlocks\[0\]/,
      );
    }
    expect(routed({ prefix: "/", ipBlocks: [] }).join()).to.match(/^MW001 /);
  });

  it("refuse routes that paths can't tell apart, if their clients differ", () => {
    const canary = { prefix: "/a", match: { headers: { x: { exact: "1" } } }, service: "api" };
    const query = { prefix: "/a", match: { queryParams: { x: { exact: "1" } } }, service: "api" };
    const regex = { match: { uri: { regex: "/a.*" } }, paths: ["/a/*"], service: "api" };
    const message = (i: number): string => conditionsLimited(place(i)).message;
    for (const other of [canary, query, regex]) {
      expect(routed({ prefix: "/", ipBlocks }, other)).to.deep.equal([
        `MW321 ${place(0)}.ipBlocks: ${message(1)}`,
      ]);
      expect(routed({ prefix: "/", ipBlocks }, { ...other, ipBlocks })).to.deep.equal([]);
    }
    const get = { prefix: "/a", methods: ["GET"], service: "api" };
    const post = { ...get, methods: ["POST"] };
    expect(routed({ prefix: "/", notIpBlocks: ipBlocks }, get, post)).to.deep.equal([
      `MW321 ${place(0)}.notIpBlocks: ${message(1)}`,
    ]);
    expect(routed({ prefix: "/", ipBlocks }, get)).to.deep.equal([]);
  });

  it("refuse wildcard hosts, and hosts of connections at the same gateway", () => {
    const wild = "*.shop.example.com";
    const routes = [{ prefix: "/", service: "web", ipBlocks }];
    expect(found({ [wild]: { tls, routes } })).to.deep.equal([
      `MW321 ${place(0, wild)}.ipBlocks: ${wildcardLimited(wild).message}`,
    ]);
    const vault = "vault.example.com";
    const connections = {
      tls: { mode: "PASSTHROUGH" },
      routes: [{ prefix: "/", service: "vault", ipBlocks }],
    };
    expect(found({ [shop]: { tls, routes }, [vault]: connections })).to.deep.equal([
      `MW321 ${place(0)}.ipBlocks: ${connectionsLimited(vault).message}`,
    ]);
    expect(
      found({ [vault]: connections, [wild]: { tls, routes: [{ prefix: "/", service: "web" }] } }),
    ).to.deep.equal([]);
  });

  it("warn of a broader route or another host that leads to the same paths", () => {
    const admin = { prefix: "/admin", ipBlocks };
    const warning = (wider: string): string[] => [
      `MW322 ${place(1)}.ipBlocks: ${text("web", wider).message}`,
    ];
    expect(routed({ prefix: "/" }, admin)).to.deep.equal(warning(place(0)));
    expect(routed({ prefix: "/", ipBlocks }, admin)).to.deep.equal([]);
    expect(routed({ prefix: "/", ipBlocks, notIpBlocks: ["203.0.113.7"] }, admin)).to.deep.equal([]);
    expect(routed({ prefix: "/", ipBlocks: [...ipBlocks, "198.51.100.1"] }, admin)).to.deep.equal(
      warning(place(0)),
    );
    expect(routed({ prefix: "/", service: "api" }, admin)).to.deep.equal([]);
    expect(routed({ prefix: "/", ipBlocks }, { prefix: "/open" })).to.deep.equal([]);
    const other = "other.example.com";
    const routes = [{ prefix: "/", service: "web" }];
    expect(
      found({
        [shop]: {
          tls,
          routes: [
            { prefix: "/x", service: "api" },
            { ...admin, service: "web" },
          ],
        },
        [other]: { tls: { credentialName: "o" }, routes },
      }),
    ).to.deep.equal(warning(place(0, other)));
  });
});
