import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { checkedMesh } from "../../components";
import { contradictions } from "../../components/contradictions";
import { gatewayPorts } from "../../components/gatewayPorts";
import { IstioControlPlane } from "../../components/istioControlPlane";
import type { IstioControlPlaneArgs } from "../../components/istioReleases";
import { registrations } from "./registrations";

const http = { port: 8080, protocol: "http" } as const;
const shop = {
  name: "shop",
  services: { web: { ports: { http }, rateLimit: { requests: 10, per: "1s" } } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
  istioVersion: "1.31.4",
} satisfies MeshDefinition;
const args: IstioControlPlaneArgs = { version: "1.31.4", gateways: [{ name: "istio-ingress" }] };

const found = (catalog: Partial<MeshDefinition>, own: Partial<IstioControlPlaneArgs> = {}): string[] =>
  contradictions({ ...args, ...own }, checkedMesh("shop", { ...shop, ...catalog }).mesh);

describe("components/contradictions", () => {
  it("finds none where catalog and control plane are told the same", () => {
    expect(found({})).to.deep.equal([]);
    expect(found({ rootNamespace: "istio" }, { namespace: "istio" })).to.deep.equal([]);
    expect(
      found({ trustDomain: "example.org" }, { istiod: { meshConfig: { trustDomain: "example.org" } } }),
    ).to.deep.equal([]);
    expect(found({ revision: "blue" }, { revision: "blue" })).to.deep.equal([]);
    expect(found({ revision: "prod" }, { revision: "blue", revisionTags: ["prod"] })).to.deep.equal([]);
    expect(found({}, { revision: "blue", revisionTags: ["default"] })).to.deep.equal([]);
    expect(found({}, { revision: "blue", canary: { version: "1.31.4" } })).to.deep.equal([]);
    expect(found({}, { gateways: [] })).to.deep.equal([]);
  });

  it("finds ports that the gateway's Service lacks, and load balancers whose X-Forwarded-Proto would be lost", () => {
    const host = (own: object) =>
      ({
        gateways: {
          public: { hosts: { "shop.example.com": { routes: [{ prefix: "/", service: "web" }], ...own } } },
        },
      }) as unknown as Partial<MeshDefinition>;
    const at = 'gateways.public.hosts["shop.example.com"]';
    const mqtt = host({ tls: { credentialName: "shop" }, port: 8443 });
    expect(found(mqtt)).to.deep.equal([
      `values.service.ports of the gateway "istio-ingress" has no port 8443, and ${at}.port of the catalog "shop" is 8443: no client reaches the host. Add the port.`,
    ]);
    const ports = gatewayPorts([8443, 443]);
    expect(ports.map(({ port }) => port)).to.deep.equal([15021, 80, 443, 8443]);
    expect(
      found(mqtt, { gateways: [{ name: "istio-ingress", values: { service: { ports } } }] }),
    ).to.deep.equal([]);
    const behind = host({ tls: { mode: "DISABLE", terminatedBy: "loadBalancer" } });
    expect(found(behind)).to.deep.equal([
      `numTrustedProxies of the gateway "istio-ingress" is missing, and ${at}.tls.terminatedBy of the catalog "shop" is "loadBalancer". The gateway then replaces the load balancer's X-Forwarded-Proto with "http", so applications that redirect to HTTPS do so forever. Set numTrustedProxies to the number of proxies in front of the gateway.`,
    ]);
    expect(found(behind, { gateways: [{ name: "istio-ingress", numTrustedProxies: 1 }] })).to.deep.equal([]);
    const meshConfig = { defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } };
    expect(found(behind, { istiod: { meshConfig } })).to.deep.equal([]);
  });

  it("finds gateways that don't see the addresses by which clients are limited", () => {
    const limited = {
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [{ prefix: "/", service: "web", ipBlocks: ["203.0.113.0/24"] }],
            },
          },
        },
      },
    } as const;
    const name = "istio-ingress";
    const told = (policy: string): string[] => [
      `values.service.externalTrafficPolicy of the gateway "istio-ingress" is ${policy}, and gateways.public.hosts["shop.example.com"].routes[0] of the catalog "shop" limits clients by their addresses. But the gateway sees the addresses of nodes instead. Set externalTrafficPolicy to "Local", or numTrustedProxies or proxyProtocol if load balancers in front pass the address on.`,
    ];
    const service = (externalTrafficPolicy: string) => ({
      gateways: [{ name, values: { service: { externalTrafficPolicy } } }],
    });
    expect(found(limited)).to.deep.equal(told("missing"));
    expect(found(limited, service("Cluster"))).to.deep.equal(told('"Cluster"'));
    expect(found(limited, service("Local"))).to.deep.equal([]);
    expect(found(limited, { gateways: [{ name, numTrustedProxies: 1 }] })).to.deep.equal([]);
    expect(found(limited, { gateways: [{ name, proxyProtocol: true }] })).to.deep.equal([]);
    const meshConfig = { defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } } };
    expect(found(limited, { istiod: { meshConfig } })).to.deep.equal([]);
    expect(found(limited, { gateways: [{ name: "other" }] })).to.deep.equal([]);
    expect(found({}, service("Cluster"))).to.deep.equal([]);
  });

  const cases: [string, Partial<MeshDefinition>, Partial<IstioControlPlaneArgs>, string[]][] = [
    [
      "namespace",
      {},
      { namespace: "istio" },
      [
        'namespace is "istio", and rootNamespace of the catalog "shop" is "istio-system": NetworkPolicies and Sidecars select istiod and mesh-wide objects in the catalog\'s. Set both to the same value.',
        'istiod.meshConfig.rootNamespace is "istio", and rootNamespace of the catalog "shop" is "istio-system": objects in the catalog\'s do not apply to the whole mesh. Set both to the same value.',
      ],
    ],
    [
      "root namespace",
      {},
      { istiod: { meshConfig: { rootNamespace: "istio-config" } } },
      [
        'istiod.meshConfig.rootNamespace is "istio-config", and rootNamespace of the catalog "shop" is "istio-system": objects in the catalog\'s do not apply to the whole mesh. Set both to the same value.',
      ],
    ],
    [
      "trust domain",
      { trustDomain: "example.org" },
      {},
      [
        'istiod.meshConfig.trustDomain is "cluster.local", and trustDomain of the catalog "shop" is "example.org": AuthorizationPolicies name identities that no proxy has, and deny every call. Set both to the same value.',
      ],
    ],
    [
      "namespace of a gateway",
      {},
      { gateways: [{ name: "istio-ingress", namespace: "edge" }] },
      [
        'the namespace of the gateway "istio-ingress" is "edge", and gateways.public.namespace of the catalog "shop" is "istio-ingress": AuthorizationPolicies admit an identity that the gateway does not have. Set both to the same value.',
      ],
    ],
    [
      "revision",
      {},
      { revision: "blue" },
      [
        'revision and revisionTags are "blue", and revision of the catalog "shop" is missing: no control plane injects its namespaces. Add "default" to revisionTags, or set the catalog\'s revision.',
      ],
    ],
    [
      "version",
      {},
      { version: "1.30.8" },
      [
        'version is "1.30.8", and istioVersion of the catalog "shop" is "1.31.4": its rate limits do not apply to these proxies. Set both to the same minor version.',
      ],
    ],
  ];
  for (const [what, catalog, own, expected] of cases) {
    it(`names both values of another ${what}`, () => {
      expect(found(catalog, own)).to.deep.equal(expected);
    });
  }

  it("stop the component before anything is registered", async () => {
    const all = await registrations(() => {
      expect(
        () => new IstioControlPlane("istio", { ...args, namespace: "istio", catalogs: [shop] }),
      ).to.throw(
        'IstioControlPlane "istio": namespace is "istio", and rootNamespace of the catalog "shop" is "istio-system"',
      );
    });
    expect(all).to.deep.equal([]);
  });

  it("finds a host that two of the catalogs serve, and none that each serves by itself", () => {
    const bank = (host: string): MeshDefinition => ({
      ...shop,
      name: "bank",
      gateways: {
        public: {
          hosts: { [host]: { tls: { credentialName: "bank" }, routes: [{ prefix: "/", service: "web" }] } },
        },
      },
    });
    const install = (host: string) => (): unknown =>
      new IstioControlPlane("istio", { ...args, catalogs: [shop, bank(host)] });
    expect(install("shop.example.com")).to.throw(
      'IstioControlPlane "istio": The catalogs "shop" and "bank" both have the host shop.example.com (the first one in Gateway shop/public). Which of them applies is undefined.',
    );
    expect(install("bank.example.com")).to.not.throw();
  });
});
