import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

let objects: Manifest[];

describe("serviceEntry", () => {
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { bank: {}, mail: { timeout: "3s" } } },
        api: { namespace: "backend", ports: { http } },
      },
      externalServices: {
        bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
        mail: {
          host: "mail.example.com",
          ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
          tls: { mode: "SIMPLE" },
          resilience: { timeout: "5s" },
          circuitBreaker: { maxConnections: 20 },
        },
      },
    });
  });

  it("declares a host that is reached over its callers' own TLS", () => {
    expect(find(objects, "ServiceEntry", "bank")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: metadata("bank", "externalServices.bank"),
      spec: {
        hosts: ["bank.example.com"],
        exportTo: ["."],
        location: "MESH_EXTERNAL",
        resolution: "DNS",
        ports: [{ name: "https", number: 443, protocol: "TLS" }],
      },
    });
  });

  it("bounds it, and neither routes nor encrypts it once more", () => {
    expect(find(objects, "DestinationRule", "bank").spec).to.deep.equal({
      host: "bank.example.com",
      exportTo: ["."],
      trafficPolicy: {
        connectionPool: { tcp: { maxConnections: 100 } },
        loadBalancer: { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
        outlierDetection: {
          consecutive5xxErrors: 5,
          interval: "10s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 50,
        },
      },
    });
    expect(() => find(objects, "VirtualService", "bank")).to.throw("there are 0 objects VirtualService bank");
  });

  it("begins TLS for requests, with the limits of the catalog", () => {
    expect(find(objects, "ServiceEntry", "mail")).to.have.deep.nested.property("spec.ports", [
      { name: "http", number: 80, protocol: "HTTP", targetPort: 443 },
    ]);
    expect(find(objects, "DestinationRule", "mail")).to.have.deep.nested.property("spec.trafficPolicy.tls", {
      mode: "SIMPLE",
      sni: "mail.example.com",
      caCertificates: "system",
    });
    expect(find(objects, "DestinationRule", "mail")).to.have.nested.property(
      "spec.trafficPolicy.connectionPool.tcp.maxConnections",
      20,
    );
    const route = [{ destination: { host: "mail.example.com", port: { number: 80 } } }];
    expect(find(objects, "VirtualService", "mail").spec).to.deep.equal({
      hosts: ["mail.example.com"],
      exportTo: ["."],
      http: [
        {
          name: "from web",
          match: [{ sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
          route,
          timeout: "3s",
        },
        { name: "http", route, timeout: "5s" },
      ],
    });
  });

  const store = (own: object): Manifest[] =>
    render({
      name: "shop",
      networkPolicies: {},
      services: { web: { ports: { http }, calls: { db: {} } } },
      externalServices: {
        db: { host: "db.example.com", ports: { tcp: { port: 5432, protocol: "tcp" } }, ...own },
      },
    });
  const letOut = (rendered: readonly Manifest[]): unknown =>
    (find(rendered, "NetworkPolicy", "web").spec as { egress: unknown }).egress;

  it("looks a database up by its name, and says why Istio's analyzer need not want its addresses", () => {
    const entry = find(store({}), "ServiceEntry", "db");
    expect(entry.metadata.annotations).to.deep.equal({
      "meshwright.dev/from": "externalServices.db",
      "galley.istio.io/analyze-suppress": "IST0134",
    });
    expect(entry.spec).to.deep.equal({
      hosts: ["db.example.com"],
      exportTo: ["."],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [{ name: "tcp", number: 5432, protocol: "TCP" }],
    });
  });

  it("knows a database by its addresses, and lets out to them and to nothing else", () => {
    const rendered = store({ addresses: ["fd00::7", "10.20.0.7"] });
    const entry = find(rendered, "ServiceEntry", "db");
    expect(entry.metadata).to.deep.equal(metadata("db", "externalServices.db"));
    expect(entry.spec).to.deep.equal({
      hosts: ["db.example.com"],
      exportTo: ["."],
      location: "MESH_EXTERNAL",
      addresses: ["10.20.0.7", "fd00::7"],
      resolution: "STATIC",
      endpoints: [{ address: "10.20.0.7" }, { address: "fd00::7" }],
      ports: [{ name: "tcp", number: 5432, protocol: "TCP" }],
    });
    expect(letOut(rendered)).to.deep.equal([
      {
        to: [{ ipBlock: { cidr: "10.20.0.7/32" } }, { ipBlock: { cidr: "fd00::7/128" } }],
        ports: [{ protocol: "TCP", port: 5432 }],
      },
    ]);
  });

  it("leaves connections within a block to the address that they are for", () => {
    const rendered = store({ addresses: ["10.20.0.0/24", "10.30.0.1"] });
    expect(find(rendered, "ServiceEntry", "db").spec).to.deep.equal({
      hosts: ["db.example.com"],
      exportTo: ["."],
      location: "MESH_EXTERNAL",
      addresses: ["10.20.0.0/24", "10.30.0.1"],
      resolution: "NONE",
      ports: [{ name: "tcp", number: 5432, protocol: "TCP" }],
    });
    expect(letOut(rendered)).to.deep.equal([
      {
        to: [{ ipBlock: { cidr: "10.20.0.0/24" } }, { ipBlock: { cidr: "10.30.0.1/32" } }],
        ports: [{ protocol: "TCP", port: 5432 }],
      },
    ]);
  });

  it("begins TLS for a broker that speaks it from the first byte on, and routes nothing", () => {
    const rendered = store({
      ports: { redis: { port: 6379, targetPort: 6380, protocol: "redis" } },
      tls: { mode: "SIMPLE" },
    });
    expect(find(rendered, "DestinationRule", "db").spec).to.deep.equal({
      host: "db.example.com",
      exportTo: ["."],
      trafficPolicy: {
        tls: { mode: "SIMPLE", sni: "db.example.com", caCertificates: "system" },
        connectionPool: { tcp: { maxConnections: 100 } },
        loadBalancer: { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
        outlierDetection: {
          consecutive5xxErrors: 5,
          interval: "10s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 50,
        },
      },
    });
    expect(() => find(rendered, "VirtualService", "db")).to.throw("there are 0 objects VirtualService db");
  });

  it("is known to the proxies of its callers only, and nothing else outside is", () => {
    expect(find(objects, "Sidecar", "web").spec).to.deep.include({
      egress: [{ hosts: ["shop/bank.example.com", "shop/mail.example.com"] }],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    });
    expect(find(objects, "Sidecar", "api").spec).to.deep.include({
      egress: [{ hosts: ["~/*"] }],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    });
  });

  it("has neither account nor Service nor policy in the mesh", () => {
    const kinds = objects.filter(({ metadata: { name } }) => name === "bank").map(({ kind }) => kind);
    expect(kinds).to.deep.equal(["DestinationRule", "ServiceEntry"]);
  });
});
