import { expect } from "chai";
import type { ExternalServiceDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

const host = "api.example.com";
const plain = { http: { port: 80, targetPort: 443, protocol: "http" } } as const;
const own = { https: { port: 443, protocol: "tls" } } as const;
const tls = { mode: "SIMPLE" } as const;

const objects = (externalServices: Record<string, ExternalServiceDefinition>, calls: object): Manifest[] =>
  render({
    name: "shop",
    services: {
      web: { ports: { http }, calls },
      jobs: { namespace: "jobs", calls: { [Object.keys(calls)[0] ?? ""]: [{ port: "https" }] } },
    },
    externalServices,
  } as never);

const pool = (maxConnections: number): object => ({ tcp: { maxConnections } });
const requests = { http1MaxPendingRequests: 100, http2MaxRequests: 1000, maxRetries: 3 };
const loadBalancer = { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } };
const outlierDetection = {
  consecutive5xxErrors: 5,
  interval: "10s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 50,
};
const originated = { mode: "SIMPLE", sni: host, caCertificates: "system" };

describe("external hosts", () => {
  it("originate TLS for one port, and leave the callers' own TLS on another alone", () => {
    const rendered = objects(
      { api: { host, ports: { ...plain, ...own }, tls, circuitBreaker: { maxConnections: 20 } } },
      { api: [{ port: "http" }, { port: "https" }] },
    );
    expect(find(rendered, "DestinationRule", "api").spec).to.deep.equal({
      host,
      exportTo: [".", "jobs"],
      trafficPolicy: {
        tls: originated,
        connectionPool: { ...pool(20), http: requests },
        loadBalancer,
        outlierDetection,
        portLevelSettings: [
          { port: { number: 443 }, connectionPool: pool(20), loadBalancer, outlierDetection },
        ],
      },
    });
    expect(find(rendered, "VirtualService", "api")).to.have.nested.property("spec.http.length", 1);
  });

  it("have one object of each kind for two names, with the limits of each at its ports", () => {
    const rendered = objects(
      {
        encrypted: { host, ports: own, circuitBreaker: { maxConnections: 7 } },
        requests: {
          host,
          ports: plain,
          tls,
          resilience: { timeout: "5s" },
          circuitBreaker: { maxConnections: 20 },
        },
      },
      { encrypted: {}, requests: { timeout: "3s" } },
    );
    const from = "externalServices.encrypted,externalServices.requests";
    for (const kind of ["ServiceEntry", "DestinationRule", "VirtualService"]) {
      const named = rendered.filter((one) => one.kind === kind && JSON.stringify(one.spec).includes(host));
      expect(
        named.map(({ metadata: { name } }) => name),
        kind,
      ).to.deep.equal(["encrypted"]);
    }
    const entry = find(rendered, "ServiceEntry", "encrypted");
    expect(entry.metadata).to.deep.equal(metadata("encrypted", from));
    expect(entry.spec).to.deep.equal({
      hosts: [host],
      exportTo: [".", "jobs"],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [
        { name: "http", number: 80, protocol: "HTTP", targetPort: 443 },
        { name: "https", number: 443, protocol: "TLS" },
      ],
    });
    expect(find(rendered, "DestinationRule", "encrypted").spec).to.deep.equal({
      host,
      exportTo: [".", "jobs"],
      trafficPolicy: {
        tls: originated,
        connectionPool: { ...pool(20), http: requests },
        loadBalancer,
        outlierDetection,
        portLevelSettings: [
          { port: { number: 443 }, connectionPool: pool(7), loadBalancer, outlierDetection },
        ],
      },
    });
    const route = [{ destination: { host, port: { number: 80 } } }];
    expect(find(rendered, "VirtualService", "encrypted").spec).to.deep.equal({
      hosts: [host],
      exportTo: [".", "jobs"],
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
    expect(find(rendered, "Sidecar", "web").spec).to.have.deep.nested.property("egress[0].hosts", [
      `shop/${host}`,
    ]);
  });

  it("originate TLS for each of two names, with the protocol and the limits of the first that has requests", () => {
    const rendered = objects(
      {
        first: { host, ports: plain, tls, circuitBreaker: { maxConnections: 20, outlierDetection: false } },
        second: {
          host,
          ports: {
            more: { port: 8080, targetPort: 8443, protocol: "http" },
            https: { port: 443, protocol: "tls" },
          },
          tls,
          circuitBreaker: { maxConnections: 7 },
        },
      },
      { second: [{ port: "more" }, { port: "https" }], first: {} },
    );
    const { metadata: own, spec } = find(rendered, "DestinationRule", "first");
    expect(own.annotations).to.deep.equal({
      "meshwright.dev/from": "externalServices.first,externalServices.second",
    });
    expect(spec).to.deep.include({
      trafficPolicy: {
        tls: originated,
        connectionPool: { ...pool(20), http: requests },
        loadBalancer,
        portLevelSettings: [
          {
            port: { number: 443 },
            connectionPool: pool(7),
            loadBalancer,
            outlierDetection,
          },
          {
            port: { number: 8080 },
            tls: originated,
            connectionPool: { ...pool(7), http: requests },
            loadBalancer,
            outlierDetection,
          },
        ],
      },
    });
  });

  it("stand for all names below a domain, whose connections keep their address or are resolved by the proxy", () => {
    const files = { host: "*.s3.amazonaws.com", ports: own };
    const entry = (more: object): unknown =>
      find(objects({ files: { ...files, ...more } }, { files: {} }), "ServiceEntry", "files").spec;
    const spec = {
      hosts: ["*.s3.amazonaws.com"],
      exportTo: [".", "jobs"],
      location: "MESH_EXTERNAL",
      ports: [{ name: "https", number: 443, protocol: "TLS" }],
    };
    expect(entry({})).to.deep.equal({ ...spec, resolution: "NONE" });
    expect(entry({ resolution: "DYNAMIC_DNS" })).to.deep.equal({ ...spec, resolution: "DYNAMIC_DNS" });
  });

  it("get a client certificate from the egress gateway, which verifies theirs by the same Secret", () => {
    const rendered = render({
      name: "shop",
      services: { web: { ports: { http }, calls: { bank: {} } } },
      externalServices: {
        bank: {
          host,
          ports: plain,
          egressGateway: true,
          tls: { mode: "MUTUAL", credentialName: "bank-client" },
        },
      },
    });
    expect(find(rendered, "DestinationRule", "bank")).to.have.deep.nested.property("spec.trafficPolicy.tls", {
      mode: "MUTUAL",
      sni: host,
      credentialName: "bank-client",
    });
  });
});
