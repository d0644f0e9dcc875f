import { expect } from "chai";
import { base, found, http } from "./overriding";

describe("overrides of egress", () => {
  it("export an external service to its callers alone", () => {
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
    const more = {
      services: { ...base.services, jobs: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank },
    };
    const exporting = (...exportTo: string[]): string[] =>
      found({ ServiceEntry: { "shop/bank": { spec: { exportTo } } } }, more);
    for (const all of [[], ["*"], ["shop", "*"]]) {
      expect(exporting(...all), all.join()).to.deep.equal([
        `MW915 ServiceEntry["shop/bank"]: the override lets proxies of every namespace send requests to bank.example.com, which is exported to shop without it`,
      ]);
    }
    expect(exporting("shop", "front")).to.deep.equal([]);
    expect(exporting("front").map((line) => line.split(":")[0])).to.deep.equal([
      'MW914 ServiceEntry["shop/bank"]',
    ]);
  });

  it("leave the egress to pods that other tools create: of DNS, of istiod and of reached Services", () => {
    const more = { networkPolicies: {} };
    const dns = {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
      ports: [{ protocol: "TCP", port: 53 }],
    };
    const istiod = {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
          podSelector: { matchLabels: { app: "istiod" } },
        },
      ],
      ports: [{ protocol: "TCP", port: 15012 }],
    };
    const allowing = (...egress: object[]): string[] =>
      found({ NetworkPolicy: { "shop/allow-istio": { spec: { egress } } } }, more);
    const denied = (pods: string, port: number): string =>
      `MW912 NetworkPolicy["shop/allow-istio"]: the override denies connections to "${pods}" that the catalog allows, such as a connection on port ${port} from cluster.local/ns/shop/sa/api`;
    expect(allowing(dns, istiod)).to.deep.equal([]);
    expect(allowing(dns)).to.deep.equal([denied("istio-system/istiod", 15012)]);
    expect(allowing(istiod)).to.deep.equal([denied("kube-system/*", 53)]);
    const vault = {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "vault" } } }],
      ports: [{ protocol: "TCP", port: 8200 }],
    };
    expect(allowing(dns, istiod, vault)).to.deep.equal([
      `MW911 NetworkPolicy["shop/allow-istio"]: the override allows requests to "vault/*" that the catalog does not declare, such as a connection on port 8200 from cluster.local/ns/shop/sa/api`,
    ]);
  });

  it("leave the egress of declared calls to external services", () => {
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
    const more = {
      networkPolicies: {},
      services: { ...base.services, jobs: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank },
    };
    const egress = (...rules: object[]): string[] =>
      found({ NetworkPolicy: { "shop/jobs": { spec: { egress: rules } } } }, more).filter((line) =>
        line.startsWith("MW912"),
      );
    const to = (cidr: string, ports?: object[]): object => ({ to: [{ ipBlock: { cidr } }], ports });
    const denied = `MW912 NetworkPolicy["shop/jobs"]: the override denies declared calls of "jobs" to bank.example.com:443, because no NetworkPolicy allows their egress`;
    expect(egress()).to.deep.equal([denied]);
    expect(egress(to("0.0.0.0/0", [{ protocol: "TCP", port: 8443 }]))).to.deep.equal([denied]);
    expect(egress(to("0.0.0.0/0", [{ protocol: "TCP", port: 443 }]))).to.deep.equal([]);
    // The host may have these addresses.
    expect(egress(to("203.0.113.0/24", [{ protocol: "TCP", port: 443 }]))).to.deep.equal([]);
    expect(found({ NetworkPolicy: { "shop/web": { spec: { egress: [] } } } }, more)).to.have.length(1);
  });
});
