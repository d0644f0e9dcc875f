import { expect } from "chai";
import { changes, deployment, meshOf } from "./meshOf";
import { object } from "./objects";

describe("effect/difference: addresses of hosts outside of the mesh", () => {
  const entry = (more: object) =>
    meshOf([
      deployment("web"),
      object("ServiceEntry", "shop/pay", {
        hosts: ["pay.example.com"],
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
        location: "MESH_EXTERNAL",
        ...more,
      }),
    ]);
  const alias = (externalName: string) =>
    meshOf([
      deployment("web"),
      object("Service", "shop/pay", {
        type: "ExternalName",
        externalName,
        ports: [{ name: "http", port: 80 }],
      }),
    ]);

  it("are found where every namespace has the host now", () => {
    const [own, all] = [entry({ exportTo: ["."] }), entry({ exportTo: ["*"] })];
    expect(changes("host exported", own, all)).to.deep.equal([
      "*: exported to shop -> exported to every namespace",
    ]);
    expect(changes("host exported", entry({ exportTo: ["~"] }), entry({}))).to.deep.equal([
      "*: exported to no namespace -> exported to every namespace",
    ]);
    expect(changes("host exported", all, own)).to.deep.equal([]);
    expect(changes("host exported", own, entry({ exportTo: [".", "bank"] }))).to.deep.equal([]);
    const inside = (exportTo: string[]) => entry({ exportTo, location: "MESH_INTERNAL" });
    expect(changes("host exported", inside(["."]), inside(["*"]))).to.deep.equal([]);
  });

  it("are found where they come from another place", () => {
    const fixed = entry({ resolution: "STATIC", endpoints: [{ address: "10.0.0.1" }] });
    expect(changes("route changed", entry({ resolution: "DNS" }), fixed)).to.deep.equal([
      "web: resolution of pay.example.com:443 DNS, endpoints of pay.example.com:443 not set -> resolution of pay.example.com:443 STATIC, endpoints of pay.example.com:443 10.0.0.1",
    ]);
    const other = entry({ resolution: "STATIC", endpoints: [{ address: "10.0.0.2" }] });
    expect(changes("route changed", fixed, other)).to.have.length(1);
    const host = "endpoints of pay.shop.svc.cluster.local:80";
    expect(changes("route changed", alias("a.example.com"), alias("b.example.com"))).to.deep.equal([
      `web: ${host} a.example.com -> ${host} b.example.com`,
    ]);
  });
});
