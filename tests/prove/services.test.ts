import { expect } from "chai";
import { reply } from "../../prove/laboratory/dns";
import { nodeRules, serviceTable } from "../../prove/laboratory/services";

const slice = (service: string, addresses: string[], ready = true) =>
  ({
    metadata: { name: `${service}-x`, namespace: "shop", labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080 }],
    endpoints: addresses.map((address) => ({
      addresses: [address],
      conditions: { ready },
      hostname: "db-0",
    })),
  }) as const;
const service = (name: string, clusterIP: string) => ({
  metadata: { name, namespace: "shop" },
  spec: { clusterIP, ports: [{ name: "http", port: 80 }] },
});

describe("serviceTable", () => {
  it("has the cluster IP of a Service, and the ready endpoints of its ports", () => {
    const endpoints = [slice("web", ["10.244.0.11", "10.244.0.12"]), slice("web", ["10.244.0.13"], false)];
    const table = serviceTable([service("web", "10.96.0.5")], endpoints as never);
    expect(table.addresses.get("web.shop.svc.cluster.local")).to.deep.equal(["10.96.0.5"]);
    expect(table.ports).to.deep.equal([
      {
        clusterAddress: "10.96.0.5",
        port: 80,
        endpoints: [
          { address: "10.244.0.11", port: 8080 },
          { address: "10.244.0.12", port: 8080 },
        ],
      },
    ]);
  });

  it("has the pods of a headless Service, together and each by its name", () => {
    const { addresses, ports } = serviceTable([service("db", "None")], [
      slice("db", ["10.244.0.9"]),
    ] as never);
    expect(Object.fromEntries(addresses)).to.deep.equal({
      "db.shop.svc.cluster.local": ["10.244.0.9"],
      "db-0.db.shop.svc.cluster.local": ["10.244.0.9"],
    });
    expect(ports).to.deep.equal([]);
  });

  it("reads a slice whose endpoints the API server leaves out", () => {
    const empty = { ...slice("web", []), endpoints: null };
    expect(serviceTable([service("web", "10.96.0.5")], [empty] as never).ports[0]?.endpoints).to.deep.equal(
      [],
    );
  });
});

describe("nodeRules", () => {
  const rulesOf = (endpoints: { address: string; port: number }[]): string =>
    nodeRules({ addresses: new Map(), ports: [{ clusterAddress: "10.96.0.5", port: 80, endpoints }] });

  it("send connections to a cluster IP to one of its endpoints", () => {
    expect(rulesOf([{ address: "10.244.0.11", port: 8080 }])).to.include(
      "ip daddr 10.96.0.5 tcp dport 80 dnat to 10.244.0.11:8080",
    );
    const two = [
      { address: "10.244.0.11", port: 8080 },
      { address: "10.244.0.12", port: 8080 },
    ];
    expect(rulesOf(two)).to.include(
      "dnat to numgen random mod 2 map { 0 : 10.244.0.11, 1 : 10.244.0.12 }:8080",
    );
  });

  it("have none for a Service without endpoints", () => {
    expect(rulesOf([])).not.to.include("10.96.0.5");
  });
});

describe("reply", () => {
  /** A query with one question: id 7, recursion desired. */
  const query = (name: string, type: number): Buffer =>
    Buffer.concat([
      Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      ...name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
      Buffer.from([0, 0, type, 0, 1]),
    ]);
  const resolve = (name: string) => (name === "web.shop" ? ["10.96.0.5", "10.96.0.6"] : undefined);

  it("answers a query of type A with the addresses", () => {
    const answer = reply(query("WEB.shop", 1), resolve);
    expect(answer.readUInt16BE(0)).to.equal(7);
    expect((answer[3] ?? 0) & 15).to.equal(0);
    expect(answer.readUInt16BE(6)).to.equal(2);
    expect([...answer.subarray(-4)]).to.deep.equal([10, 96, 0, 6]);
  });

  it("answers another type of a known name with nothing, and an unknown name with NXDOMAIN", () => {
    const other = reply(query("web.shop", 28), resolve);
    expect([other.readUInt16BE(6), (other[3] ?? 0) & 15]).to.deep.equal([0, 0]);
    const unknown = reply(query("x.shop", 1), resolve);
    expect([unknown.readUInt16BE(6), (unknown[3] ?? 0) & 15]).to.deep.equal([0, 3]);
  });
});
