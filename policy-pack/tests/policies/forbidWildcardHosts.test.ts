import { expect } from "chai";
import { forbidWildcardHosts, messages } from "../../policies/forbidWildcardHosts";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, gateway, virtualService } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidWildcardHosts, resource);

describe("forbid-wildcard-hosts", () => {
  it("states the field, the host and the fix", async () => {
    expect(await judge(gateway({ hosts: ["*"] }))).to.deep.equal({
      violations: [
        'Gateway shop/public: spec.servers[1].hosts[0] is "*", which matches every host. List the hosts, or their domain: ' +
          "*.example.com.",
      ],
    });
    expect(await judge(virtualService(undefined, { hosts: ["*"] }))).to.deep.equal({
      violations: [
        'VirtualService shop/catalog: spec.hosts[0] is "*", which also matches hosts that are added later. List the hosts, or bind ' +
          "the VirtualService only to a Gateway that serves the domain.",
      ],
    });
  });

  it("accepts listed hosts, and a domain at a gateway", async () => {
    expect(await judge(virtualService())).to.deep.equal({ violations: [] });
    const hosts = ["shop.example.com", "*.example.com", "shop/*.example.com", "*.local"];
    expect(await judge(gateway({ hosts }))).to.deep.equal({ violations: [] });
  });

  it("refuses a gateway for every host, in every form", async () => {
    for (const host of ["*", "*/*", "./*", "shop/*", "*.com", "shop/*.co.uk"]) {
      expect(await judge(gateway({ hosts: ["shop.example.com", host] }))).to.deep.equal({
        violations: [said("Gateway shop/public")("spec.servers[1].hosts[1]", messages.gateway(host))],
      });
    }
  });

  it("refuses a gateway without a selector, but no patch of one", async () => {
    const selecting = (selector: unknown) => {
      const { type, name, props } = gateway();
      return { type, name, props: { ...props, spec: { ...(props.spec as object), selector } } };
    };
    const refused = { violations: [said("Gateway shop/public")("spec.selector", messages.selector())] };
    for (const selector of [undefined, {}]) {
      expect(await judge(selecting(selector))).to.deep.equal(refused);
      expect(await judge(asPatch(selecting(selector)))).to.deep.equal({ violations: [] });
    }
    expect(await judge(selecting(unknown))).to.deep.equal({
      violations: [],
      undecided: "Gateway shop/public: string value at .spec.selector can't be known during preview",
    });
    expect(messages.gateway("*.com").problem).to.equal('is "*.com", which matches hosts of many owners');
    expect(messages.gateway("*/*").problem).to.equal('is "*/*", which matches every host');
  });

  it("refuses wildcards in a VirtualService", async () => {
    for (const host of ["*", "*.example.com"]) {
      expect(await judge(virtualService(undefined, { hosts: ["catalog", host] }))).to.deep.equal({
        violations: [said("VirtualService shop/catalog")("spec.hosts[1]", messages.virtualService(host))],
      });
    }
  });

  it("accepts the hosts of a domain in a VirtualService that is bound to Gateways only, and never every host", async () => {
    const bound = (host: string, ...gateways: string[]) =>
      judge(virtualService(undefined, { hosts: [host], gateways }));
    const refused = (host: string) => ({
      violations: [said("VirtualService shop/catalog")("spec.hosts[0]", messages.virtualService(host))],
    });
    expect(await bound("*.example.com", "shop/public")).to.deep.equal({ violations: [] });
    expect(await bound("*.example.com", "public", "internal")).to.deep.equal({ violations: [] });
    expect(await bound("*.example.com", "public", "mesh")).to.deep.equal(refused("*.example.com"));
    expect(await bound("*.example.com")).to.deep.equal(refused("*.example.com"));
    for (const host of ["*", "*.com", "*.*"])
      expect(await bound(host, "public")).to.deep.equal(refused(host));
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(virtualService(undefined, { hosts: [unknown] }))).to.deep.equal({
      violations: [],
      undecided: "VirtualService shop/catalog: string value at .spec.hosts.0 can't be known during preview",
    });
  });
});
