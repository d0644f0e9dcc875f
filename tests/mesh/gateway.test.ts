import { expect } from "chai";
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
