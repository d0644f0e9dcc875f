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
});
