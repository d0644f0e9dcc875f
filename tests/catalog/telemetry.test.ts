import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { normalizeServiceTelemetry, normalizeTelemetry, tracingNamespace } from "../../catalog/telemetry";

const grpc = { port: 4317, protocol: "grpc" } as const;
const tracing = { provider: "collector", randomSamplingPercentage: 1 };
const service = "collector.monitoring.svc.cluster.local";

/** The sources of edges to a collector in the mesh, with the edges' methods and paths. */
function reporters(more: object, ports: object = { otlp: grpc }, telemetry: object = {}): string[] {
  const routes = [{ prefix: "/", service: "web" }];
  const definition = {
    name: "shop",
    telemetry: { tracing, ...telemetry },
    gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } } },
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" } }, ...more },
      collector: { namespace: "monitoring", ports },
    },
  } as unknown as MeshDefinition;
  const [collector] = normalize(definition).services;
  return (collector?.incoming ?? [])
    .filter(({ path }) => path === "telemetry.tracing.service")
    .map(({ source, port, methods, paths, asynchronous }) =>
      [source.name, port.name, methods, paths, asynchronous].flat().join(" "),
    );
}

const spans = "POST /opentelemetry.proto.collector.trace.v1.TraceService/Export true";

describe("catalog/telemetry", () => {
  it("resolves the mode of metrics and the host of the collector", () => {
    const overrides = [
      { metric: "REQUEST_COUNT" },
      { metric: "REQUEST_SIZE", mode: "CLIENT", disabled: true },
    ] as const;
    expect(normalizeTelemetry({ metrics: { provider: "prometheus", overrides }, tracing })).to.deep.equal({
      gateways: true,
      metrics: {
        provider: "prometheus",
        overrides: [
          { metric: "REQUEST_COUNT", mode: "CLIENT_AND_SERVER", disabled: false },
          { metric: "REQUEST_SIZE", mode: "CLIENT", disabled: true },
        ],
      },
      tracing: { ...tracing, service },
    });
    expect(normalizeTelemetry({ metrics: { provider: "prometheus" }, gateways: false })).to.deep.equal({
      gateways: false,
      metrics: { provider: "prometheus", overrides: [] },
    });
    const elsewhere = { ...tracing, service: "zipkin.tools.svc.cluster.local" } as const;
    expect(normalizeTelemetry({ tracing: elsewhere })).to.deep.equal({ gateways: true, tracing: elsewhere });
    expect(tracingNamespace(elsewhere)).to.equal("tools");
  });

  it("lets every service and gateway send spans to a collector in the mesh, and nothing else", () => {
    expect(reporters({})).to.deep.equal([`web otlp ${spans}`, `public otlp ${spans}`]);
    expect(reporters({}, { otlp: grpc }, { gateways: false })).to.deep.equal([`web otlp ${spans}`]);
    expect(reporters({}, { otlp: { ...grpc, protocol: "tcp" } })).to.deep.equal([
      "web otlp true",
      "public otlp true",
    ]);
    expect(reporters({}, { otlp: { ...grpc, port: 4318 } })).to.deep.equal([]);
    const other = { ...tracing, service: "other.monitoring.svc.cluster.local" };
    expect(reporters({}, { otlp: grpc }, { tracing: other })).to.deep.equal([]);
    expect(reporters({}, { otlp: grpc }, { tracing: undefined })).to.deep.equal([]);
  });

  it("adds no edge where a call already allows every request to the same port", () => {
    const ports = { otlp: grpc, admin: { port: 80, protocol: "http" } };
    const calling = (call: object): string[] => reporters({ calls: { collector: call } }, ports);
    const both = [`web otlp ${spans}`, `public otlp ${spans}`];
    expect(calling({ port: "otlp" })).to.deep.equal(both.slice(1));
    for (const narrower of [
      { port: "admin" },
      { port: "otlp", methods: ["POST"] },
      { port: "otlp", paths: ["/a"] },
      { port: "otlp", methods: ["POST"], paths: ["/a"] },
      { port: "otlp", endUser: {} },
    ]) {
      expect(calling(narrower), JSON.stringify(narrower)).to.deep.equal(both);
    }
  });

  it("resolves what a service reports otherwise, to the mesh's providers", () => {
    const [accessLogging, auditLogging] = [{ provider: "envoy", filter: "a" }, { provider: "audit" }];
    const own = { tracing: { randomSamplingPercentage: 50 }, accessLogging: { disabled: true } };
    expect(normalizeServiceTelemetry(own)).to.deep.equal({});
    expect(normalizeServiceTelemetry({}, { tracing, accessLogging, auditLogging })).to.deep.equal({});
    expect(normalizeServiceTelemetry(own, { tracing })).to.deep.equal({
      tracing: { provider: "collector", service, randomSamplingPercentage: 50 },
    });
    expect(normalizeServiceTelemetry(own, { accessLogging })).to.deep.equal({
      accessLogging: { provider: "envoy", disabled: true },
    });
    expect(normalizeServiceTelemetry(own, { accessLogging, auditLogging })).to.deep.equal({
      accessLogging: { provider: "envoy", disabled: true },
      auditLogging,
    });
  });
});
