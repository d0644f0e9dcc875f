import { expect } from "chai";
import { checkMesh, renderMesh } from "../../mesh";
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
    const dnsBy = (...ports: object[]): object => ({
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
      ports,
    });
    const [tcp, udp] = ["TCP", "UDP"].map((protocol) => ({ protocol, port: 53 }));
    const dns = dnsBy({ ...tcp }, { ...udp });
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
    // Names are resolved by UDP.
    expect(allowing(dnsBy({ ...tcp }), istiod)).to.deep.equal([
      denied("kube-system/*", 53).replace("a connection", "a UDP packet"),
    ]);
    expect(allowing(dnsBy({ ...tcp }, { ...udp }, { protocol: "UDP", port: 123 }), istiod)).to.deep.equal([
      `MW911 NetworkPolicy["shop/allow-istio"]: the override allows requests to "kube-system/*" that the catalog does not declare, such as a UDP packet on port 123 from cluster.local/ns/shop/sa/api`,
    ]);
    const vault = {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "vault" } } }],
      ports: [{ protocol: "TCP", port: 8200 }],
    };
    expect(allowing(dns, istiod, vault)).to.deep.equal([
      `MW911 NetworkPolicy["shop/allow-istio"]: the override allows requests to "vault/*" that the catalog does not declare, such as a connection on port 8200 from cluster.local/ns/shop/sa/api`,
    ]);
  });

  it("let no UDP leave the cluster, or reach a service", () => {
    const more = { networkPolicies: {} };
    const { mesh } = checkMesh({ ...base, ...more });
    const { spec } = (mesh ? renderMesh(mesh) : []).find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "web",
    ) as unknown as { spec: { egress: object[] } };
    const also = (rule: object): string[] =>
      found({ NetworkPolicy: { "shop/web": { spec: { egress: [...spec.egress, rule] } } } }, more);
    const lets = (port: number): string[] => [
      `MW915 NetworkPolicy["shop/web"]: the override lets "web" send requests to hosts outside of the cluster that its NetworkPolicy denied, such as unknown.example:${port} (UDP)`,
    ];
    const to = [{ ipBlock: { cidr: "0.0.0.0/0" } }];
    expect(also({ to, ports: [{ protocol: "UDP", port: 443 }] })).to.deep.equal(lets(443));
    expect(also({ to, ports: [{ protocol: "UDP", port: 4000, endPort: 4010 }] })).to.deep.equal(lets(4000));
    expect(also({ to, ports: [{ protocol: "UDP" }] })).to.have.length(1);
    // The pods accept TCP alone.
    expect(also({ to: [{ podSelector: {} }], ports: [{ protocol: "UDP", port: 9000 }] })).to.deep.equal([]);
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
