import { expect } from "chai";
import { normalizeNetworkPolicies } from "../../catalog/networkPolicies";

describe("catalog/networkPolicies", () => {
  it("has the DNS service of kube-system and the monitoring namespace by default", () => {
    expect(normalizeNetworkPolicies({})).to.deep.equal({
      dnsNamespace: "kube-system",
      dnsPorts: [53],
      dnsAddresses: [],
      metricsNamespaces: ["monitoring"],
    });
  });

  it("sorts lists, ports as numbers", () => {
    expect(
      normalizeNetworkPolicies({
        dnsNamespace: "dns",
        dnsPorts: [1053, 53, 9953],
        dnsAddresses: ["10.0.0.2", "10.0.0.1"],
        metricsNamespaces: ["metrics", "a"],
      }),
    ).to.deep.equal({
      dnsNamespace: "dns",
      dnsPorts: [53, 1053, 9953],
      dnsAddresses: ["10.0.0.1", "10.0.0.2"],
      metricsNamespaces: ["a", "metrics"],
    });
  });
});
