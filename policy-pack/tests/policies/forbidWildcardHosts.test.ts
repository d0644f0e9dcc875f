import { expect } from "chai";
import { forbidWildcardHosts } from "../../policies/forbidWildcardHosts";
import { type Resource, unknown, validateResource } from "../engine";
import { gateway, virtualService } from "../resources";

const judge = (resource: Resource) => validateResource(forbidWildcardHosts, resource);

describe("forbid-wildcard-hosts", () => {
  it("accepts hosts by name, and a domain's at a gateway", async () => {
    expect(await judge(virtualService())).to.deep.equal({ violations: [] });
    const hosts = ["shop.example.com", "*.example.com", "shop/*.example.com"];
    expect(await judge(gateway({ hosts }))).to.deep.equal({ violations: [] });
  });

  it("refuses a gateway for every host, in every way to write it", async () => {
    for (const host of ["*", "*/*", "./*", "shop/*"]) {
      expect(await judge(gateway({ hosts: ["shop.example.com", host] }))).to.deep.equal({
        violations: [
          `Gateway shop/public: spec.servers[1].hosts[1] is "${host}", which serves every host. ` +
            "Name the hosts, or their domain: *.example.com.",
        ],
      });
    }
  });

  it("refuses wildcards in a VirtualService", async () => {
    for (const host of ["*", "*.example.com"]) {
      expect(await judge(virtualService(undefined, { hosts: ["catalog", host] }))).to.deep.equal({
        violations: [
          `VirtualService shop/catalog: spec.hosts[1] is "${host}", which also routes hosts that come later. Name the hosts.`,
        ],
      });
    }
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(virtualService(undefined, { hosts: [unknown] }))).to.deep.equal({
      violations: [],
      undecided: "VirtualService shop/catalog: string value at .spec.hosts.0 can't be known during preview",
    });
  });
});
