import { expect } from "chai";
import { base, found, http } from "./overriding";

/** An override that sends the requests of `api` to other destinations. */
const sent = (...destinations: object[]): object => ({
  VirtualService: {
    "shop/api": {
      spec: { http: [{ route: destinations.map((destination) => ({ destination, weight: 1 })) }] },
    },
  },
});
const codes = (overrides: object, more?: object): string[] =>
  found(overrides, more).map((line) => line.split(" ", 2).join(" "));

describe("overrides of routes", () => {
  it("lead nowhere if they name a service that its namespace would have, as the catalog owns it", () => {
    for (const host of ["apj", "apj.shop.svc.cluster.local"])
      expect(codes(sent({ host })), host).to.include('MW914 VirtualService["shop/api"]:');
  });

  it("may lead to a service of a namespace that the catalog does not own, which it does not know", () => {
    expect(codes(sent({ host: "apj.other.svc.cluster.local" }))).to.not.include(
      'MW914 VirtualService["shop/api"]:',
    );
  });

  it("are named once where a subset or a port is missing, by the check of references", () => {
    for (const [field, missing] of [
      ["subset", { subset: "v9" }],
      ["port.number", { port: { number: 9999 } }],
    ] as const) {
      const all = codes(sent({ host: "api", ...missing }));
      expect(all.filter((one) => /^MW(361|914) /.test(one))).to.deep.equal([
        `MW361 VirtualService["shop/api"].spec.http[0].route[0].destination.${field}:`,
      ]);
    }
  });

  it("lead nowhere if one of several destinations does, whatever is missing of the others", () => {
    const both = sent({ host: "api", subset: "v9" }, { host: "apj" });
    expect(codes(both)).to.include('MW914 VirtualService["shop/api"]:');
  });

  it("lead nowhere if another object takes the destination away", () => {
    const versions = {
      services: {
        ...base.services,
        api: { ports: { http }, versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 50, v2: 50 } } },
      },
    };
    const subsets = [{ name: "v1", labels: { version: "v1" } }];
    expect(codes({ DestinationRule: { "shop/api": { spec: { subsets } } } }, versions)).to.deep.equal([
      'MW914 DestinationRule["shop/api"]:',
    ]);
  });
});
