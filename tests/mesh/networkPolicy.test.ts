import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";
import { forAnyMesh, rendered } from "./rendered";

const inNamespace = (name: string): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
const pods = (namespace: string, labels: object): object => ({
  ...inNamespace(namespace),
  podSelector: { matchLabels: labels },
});
const ports = (...numbers: number[]): object[] => numbers.map((port) => ({ protocol: "TCP", port }));

describe("networkPolicy", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      networkPolicies: {},
      telemetry: { tracing: { provider: "jaeger", randomSamplingPercentage: 1 } },
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [
                { prefix: "/a", service: "web" },
                { prefix: "/b", service: "web" },
              ],
            },
          },
        },
      },
      externalServices: {
        bank: {
          host: "bank.example.com",
          ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
          tls: { mode: "SIMPLE" },
        },
        maps: {
          host: "maps.example.com",
          ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
          tls: { mode: "SIMPLE" },
          egressGateway: true,
        },
        mail: {
          host: "mail.example.com",
          ports: { tls: { port: 443, protocol: "tls" } },
          egressGateway: true,
        },
      },
      services: {
        web: {
          ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
          calls: {
            api: [
              { methods: ["GET"], paths: ["/a"] },
              { methods: ["POST"], paths: ["/b"] },
            ],
            bank: {},
          },
          admit: { prometheus: { namespace: "monitoring", methods: ["GET"], paths: ["/metrics"] } },
        },
        api: {
          namespace: "backend",
          ports: { http: { port: 80, targetPort: 9090, protocol: "http" } },
          calls: { store: {}, maps: {}, mail: {} },
        },
        store: { namespace: "backend", ports: { tcp } },
      },
    });
  });

  it("denies everything in each namespace", () => {
    expect(find(objects, "NetworkPolicy", "default-deny", "shop")).to.deep.equal({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadata("default-deny", "networkPolicies"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(find(objects, "NetworkPolicy", "default-deny", "backend").spec).to.deep.equal({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("allows in each namespace what Istio needs: probes, metrics, names, istiod and traces", () => {
    for (const namespace of ["shop", "backend"]) {
      expect(find(objects, "NetworkPolicy", "allow-istio", namespace).spec).to.deep.equal({
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: ports(15021) }, { from: [inNamespace("monitoring")], ports: ports(15020, 15090) }],
        egress: [
          { to: [inNamespace("kube-system")], ports: [{ protocol: "UDP", port: 53 }, ...ports(53)] },
          { to: [pods("istio-system", { app: "istiod" })], ports: ports(15012) },
          { to: [inNamespace("monitoring")], ports: ports(4317) },
        ],
      });
    }
  });

  it("allows the calls at both ends, once each, by the ports of the pods", () => {
    const { metadata: own, spec } = find(objects, "NetworkPolicy", "web");
    const host = 'gateways.public.hosts["shop.example.com"]';
    expect(own.annotations?.["meshwright.dev/from"]?.split(",")).to.deep.equal([
      "services.web",
      `${host}.routes[0]`,
      `${host}.routes[1]`,
      "services.web.admit.prometheus",
      "services.web.calls.api[0]",
      "services.web.calls.api[1]",
      "services.web.calls.bank",
    ]);
    expect(spec).to.deep.equal({
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [pods("istio-ingress", { istio: "ingress" })], ports: ports(8080) },
        { from: [inNamespace("monitoring")], ports: ports(8080) },
      ],
      egress: [
        { to: [pods("backend", { app: "api" })], ports: ports(9090) },
        {
          to: [
            {
              ipBlock: {
                cidr: "0.0.0.0/0",
                except: [
                  "10.0.0.0/8",
                  "100.64.0.0/10",
                  "168.63.129.16/32",
                  "169.254.0.0/16",
                  "172.16.0.0/12",
                  "192.168.0.0/16",
                ],
              },
            },
            { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
          ],
          ports: ports(443),
        },
      ],
    });
    expect(find(objects, "NetworkPolicy", "store").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "store" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("backend", { app: "api" })], ports: ports(5432) }],
    });
  });

  it("lets those who leave by the egress gateway go there and no further", () => {
    expect(find(objects, "NetworkPolicy", "api").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "api" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("shop", { app: "web" })], ports: ports(9090) }],
      egress: [
        { to: [pods("istio-egress", { istio: "egress" })], ports: ports(443) },
        { to: [pods("istio-egress", { istio: "egress" })], ports: ports(80) },
        { to: [pods("backend", { app: "store" })], ports: ports(5432) },
      ],
    });
  });

  it("lets DNS be asked on the ports of its pods, and at addresses on the nodes", () => {
    const dnsRule = (networkPolicies: object): unknown =>
      find(
        render({ name: "shop", networkPolicies, services: { web: { ports: { http } } } }),
        "NetworkPolicy",
        "allow-istio",
      ).spec;
    expect(dnsRule({ dnsNamespace: "openshift-dns", dnsPorts: [5353] })).to.have.deep.nested.property(
      "egress[0]",
      {
        to: [inNamespace("openshift-dns")],
        ports: [{ protocol: "UDP", port: 5353 }, ...ports(5353)],
      },
    );
    expect(
      dnsRule({ dnsPorts: [1053, 53], dnsAddresses: ["fd00::a", "169.254.20.10"] }),
    ).to.have.deep.nested.property("egress[0]", {
      to: [
        inNamespace("kube-system"),
        { ipBlock: { cidr: "169.254.20.10/32" } },
        { ipBlock: { cidr: "fd00::a/128" } },
      ],
      ports: [{ protocol: "UDP", port: 53 }, { protocol: "UDP", port: 1053 }, ...ports(53, 1053)],
    });
  });

  it("refuses what is no port or address of DNS", () => {
    const told = (networkPolicies: object): string[] =>
      checkMesh({ name: "shop", networkPolicies, services: { web: { ports: { http } } } }).findings.map(
        ({ code, path, fix }) => `${code} ${path}: ${fix}`,
      );
    expect(
      told({ dnsPorts: [0, 70_000], dnsAddresses: ["dns.example.com", "169.254.0.0/16"] }),
    ).to.deep.equal([
      'MW001 networkPolicies.dnsAddresses[0]: write an IP address, such as "169.254.20.10"',
      'MW001 networkPolicies.dnsAddresses[1]: write an IP address, such as "169.254.20.10"',
      "MW001 networkPolicies.dnsPorts[0]: use at least 1",
      "MW001 networkPolicies.dnsPorts[1]: use at most 65535",
    ]);
    expect(told({ dnsPorts: [], dnsAddresses: [] })).to.deep.equal([
      "MW001 networkPolicies.dnsAddresses: don't leave it empty",
      "MW001 networkPolicies.dnsPorts: don't leave it empty",
    ]);
  });

  it("leaves out what isn't there, and takes names and metrics' readers from where they are", () => {
    const found = render({
      name: "shop",
      networkPolicies: { dnsNamespace: "dns", metricsNamespaces: ["watch", "audit"] },
      services: { web: { ports: { http } } },
    });
    expect(find(found, "NetworkPolicy", "allow-istio").spec).to.deep.equal({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { ports: ports(15021) },
        { from: [inNamespace("audit"), inNamespace("watch")], ports: ports(15020, 15090) },
      ],
      egress: [
        { to: [inNamespace("dns")], ports: [{ protocol: "UDP", port: 53 }, ...ports(53)] },
        { to: [pods("istio-system", { app: "istiod" })], ports: ports(15012) },
      ],
    });
    expect(find(found, "NetworkPolicy", "web").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("says the same at both ends of every call between services, in any catalog", () => {
    forAnyMesh(
      (definition) => {
        // In shared namespaces the same policies allow what Istio needs.
        const own = Object.fromEntries(
          Object.entries(definition).filter(([field]) => field !== "sharedNamespaces"),
        ) as unknown as MeshDefinition;
        const policies = rendered({ ...own, networkPolicies: {} }).filter(
          ({ kind, metadata: { name } }) => kind === "NetworkPolicy" && name !== "allow-istio",
        );
        expect(arrows(policies, "egress", "to").sort()).to.deep.equal(
          arrows(policies, "ingress", "from").sort(),
        );
      },
      { numRuns: 50 },
    );
  });

  it("lets those reach the Kubernetes API, wherever it is, that ask it", () => {
    const controllers = render({
      name: "shop",
      services: { controller: { ports: { http }, kubernetesApi: true }, web: { ports: { http } } },
      networkPolicies: {},
    });
    expect(find(controllers, "NetworkPolicy", "controller").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "controller" } },
      policyTypes: ["Ingress", "Egress"],
      egress: [{ ports: ports(443, 6443) }],
    });
    expect(find(controllers, "NetworkPolicy", "web").spec).to.not.have.property("egress");
  });

  it("lets those out to Services of other catalogs that reach them, on their pods' ports", () => {
    const reaching = render({
      name: "shop",
      services: {
        web: { ports: { http }, reach: { "rates.billing.svc.cluster.local": { targetPorts: [8443, 8080] } } },
      },
      networkPolicies: {},
    });
    expect(find(reaching, "NetworkPolicy", "web").spec).to.have.deep.property("egress", [
      {
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "billing" } } }],
        ports: ports(8080, 8443),
      },
    ]);
  });

  it("is rendered only where it is asked for", () => {
    const kinds = render({ name: "shop", services: { web: { ports: { http } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("NetworkPolicy");
  });
});

interface Peer {
  namespaceSelector?: { matchLabels: Record<string, string> };
  podSelector?: { matchLabels: Record<string, string> };
}

/** "namespace/caller → namespace/callee:port" for each rule about pods of a service, as one of the ends says it. */
function arrows(
  policies: readonly Manifest[],
  direction: "ingress" | "egress",
  field: "from" | "to",
): string[] {
  return policies.flatMap(({ metadata: { namespace = "", name }, spec }) => {
    const rules = (spec as Partial<Record<string, Record<string, unknown>[]>>)[direction] ?? [];
    return rules.flatMap((rule) =>
      ((rule[field] ?? []) as Peer[]).flatMap(({ namespaceSelector, podSelector }) => {
        const app = podSelector?.matchLabels.app;
        if (app === undefined) return [];
        const other = `${namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] ?? ""}/${app}`;
        const own = `${namespace}/${name}`;
        const ends = direction === "egress" ? [own, other] : [other, own];
        return `${ends.join(" → ")}:${JSON.stringify(rule.ports)}`;
      }),
    );
  });
}
