import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { find, http, metadata, render } from "./render";

const routes = [{ prefix: "/", service: "web" }] as const;

describe("gateway", () => {
  it("redirects plain HTTP, and shares a server among hosts with the same certificate", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http } } },
      gateways: {
        public: {
          hosts: {
            "www.example.com": { tls: { credentialName: "example" }, routes },
            "api.example.com": { tls: { credentialName: "example" }, routes },
            "bank.example.com": { tls: { credentialName: "bank", minProtocolVersion: "TLSV1_3" }, routes },
          },
        },
      },
    });
    expect(find(objects, "Gateway", "public")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: metadata("public", "gateways.public"),
      spec: {
        selector: { istio: "ingress" },
        servers: [
          {
            port: { number: 80, name: "http", protocol: "HTTP" },
            hosts: ["api.example.com", "bank.example.com", "www.example.com"],
            tls: { httpsRedirect: true },
          },
          {
            port: { number: 443, name: "https-example-tlsv1-2", protocol: "HTTPS" },
            hosts: ["api.example.com", "www.example.com"],
            tls: { mode: "SIMPLE", credentialName: "example", minProtocolVersion: "TLSV1_2" },
          },
          {
            port: { number: 443, name: "https-bank-tlsv1-3", protocol: "HTTPS" },
            hosts: ["bank.example.com"],
            tls: { mode: "SIMPLE", credentialName: "bank", minProtocolVersion: "TLSV1_3" },
          },
        ],
      },
    });
  });

  const edge = (hosts: object, services: object = { web: { ports: { http } } }) =>
    render({ name: "shop", services, gateways: { public: { hosts } } } as unknown as MeshDefinition);
  const servers = (objects: ReturnType<typeof render>): unknown =>
    (find(objects, "Gateway", "public").spec as { servers: unknown }).servers;

  it("requires certificates of clients where the catalog says so, by the CA of the host's Secret or of another", () => {
    const objects = edge({
      "api.example.com": { tls: { mode: "MUTUAL", credentialName: "api" }, routes },
      "www.example.com": {
        tls: { mode: "OPTIONAL_MUTUAL", credentialName: "www", caCertCredentialName: "partners" },
        port: 8443,
        routes,
      },
    });
    expect(servers(objects)).to.deep.equal([
      {
        port: { number: 80, name: "http", protocol: "HTTP" },
        hosts: ["api.example.com", "www.example.com"],
        tls: { httpsRedirect: true },
      },
      {
        port: { number: 443, name: "https-api-tlsv1-2-mutual", protocol: "HTTPS" },
        hosts: ["api.example.com"],
        tls: { mode: "MUTUAL", credentialName: "api", minProtocolVersion: "TLSV1_2" },
      },
      {
        port: { number: 8443, name: "https-www-tlsv1-2-optional-mutual-partners-8443", protocol: "HTTPS" },
        hosts: ["www.example.com"],
        tls: {
          mode: "OPTIONAL_MUTUAL",
          credentialName: "www",
          // istiod reads a Secret as a CA only by a name with this suffix.
          caCertCredentialName: "partners-cacert",
          minProtocolVersion: "TLSV1_2",
        },
      },
    ]);
  });

  it("serves plaintext without a redirect where a load balancer in front terminates TLS", () => {
    const objects = edge({
      "api.example.com": { tls: { mode: "DISABLE", terminatedBy: "loadBalancer" }, routes },
    });
    expect(servers(objects)).to.deep.equal([
      {
        port: { number: 80, name: "http-plaintext-80", protocol: "HTTP" },
        hosts: ["api.example.com"],
      },
    ]);
    expect(find(objects, "VirtualService", "api.example.com")).to.have.nested.property(
      "spec.http[0].name",
      "/",
    );
  });

  it("passes TLS through by SNI, and forwards TCP connections whose TLS it terminates, each to callers' one port", () => {
    const objects = edge(
      {
        "api.example.com": { tls: { mode: "PASSTHROUGH" }, routes: [{ prefix: "/", service: "api" }] },
        "mqtt.example.com": {
          tls: { credentialName: "mqtt" },
          port: 8883,
          routes: [{ prefix: "/", service: "broker" }],
        },
      },
      {
        api: { ports: { tls: { port: 8443, protocol: "tls" } } },
        broker: { ports: { mqtt: { port: 1883, protocol: "tcp" } } },
      },
    );
    expect(servers(objects)).to.deep.equal([
      {
        port: { number: 443, name: "tls-api.example.com-443", protocol: "TLS" },
        hosts: ["api.example.com"],
        tls: { mode: "PASSTHROUGH" },
      },
      {
        port: { number: 8883, name: "tls-mqtt.example.com-8883", protocol: "TLS" },
        hosts: ["mqtt.example.com"],
        tls: { mode: "SIMPLE", credentialName: "mqtt", minProtocolVersion: "TLSV1_2" },
      },
    ]);
    const to = (host: string, number: number): object[] => [
      { destination: { host: `${host}.shop.svc.cluster.local`, port: { number } } },
    ];
    expect(find(objects, "VirtualService", "api.example.com").spec).to.deep.equal({
      hosts: ["api.example.com"],
      gateways: ["public"],
      tls: [{ match: [{ port: 443, sniHosts: ["api.example.com"] }], route: to("api", 8443) }],
    });
    expect(find(objects, "VirtualService", "mqtt.example.com").spec).to.deep.equal({
      hosts: ["mqtt.example.com"],
      gateways: ["public"],
      tcp: [{ match: [{ port: 8883 }], route: to("broker", 1883) }],
    });
    expect(find(objects, "AuthorizationPolicy", "broker").spec).to.have.deep.property("rules", [
      {
        from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } }],
        to: [{ operation: { ports: ["1883"] } }],
      },
    ]);
  });

  it("serves all names below a domain where a suppression says why", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http } } },
      gateways: { public: { hosts: { "*.example.com": { tls: { credentialName: "any" }, routes } } } },
      suppressions: [{ code: "MW532", path: "gateways.public", reason: "each tenant has a name of its own" }],
    });
    expect(servers(objects)).to.have.deep.nested.property("[1].hosts", ["*.example.com"]);
    expect(find(objects, "VirtualService", "wildcard.example.com")).to.have.deep.nested.property(
      "spec.hosts",
      ["*.example.com"],
    );
  });

  it("is at the pods of a gateway that is installed already, whose account and labels are admitted", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http } } },
      gateways: {
        public: {
          namespace: "istio-system",
          serviceAccount: "istio-ingressgateway-service-account",
          selector: { istio: "ingressgateway" },
          hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } },
        },
      },
      networkPolicies: {},
    });
    expect(find(objects, "Gateway", "public").spec).to.have.deep.property("selector", {
      istio: "ingressgateway",
    });
    expect(find(objects, "AuthorizationPolicy", "web").spec).to.have.deep.nested.property("rules[0].from", [
      { source: { principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"] } },
    ]);
    expect(find(objects, "NetworkPolicy", "web").spec).to.have.deep.nested.property("ingress[0].from", [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
        podSelector: { matchLabels: { istio: "ingressgateway" } },
      },
    ]);
  });

  it("may be in the namespace of its services, which then is not the catalog's own", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http } } },
      gateways: {
        public: {
          namespace: "shop",
          serviceAccount: "edge",
          selector: { app: "edge" },
          hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } },
        },
      },
    });
    expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.include.members([
      "Gateway public-shop",
      "AuthorizationPolicy web",
      "PeerAuthentication web",
    ]);
    const wide = objects.filter(({ metadata: { name } }) => name.startsWith("default"));
    expect(wide).to.deep.equal([]);
  });
});
