import { expect } from "chai";
import { text } from "../../checks/rules/tracingPort";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const spans = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

const catalog = (port: object, telemetry: object = {}): object => ({
  name: "shop",
  services: {
    web: { ports: { http }, calls: { collector: { port: "otlp" } } },
    api: { ports: { http }, admit: { cli: { namespace: "tools" } } },
    collector: { ports: { otlp: port }, calls: { store: {} } },
    store: { ports: { http } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
  telemetry: {
    tracing: {
      provider: "collector",
      service: "collector.shop.svc.cluster.local",
      randomSamplingPercentage: 1,
    },
    ...telemetry,
  },
});

/** The rules of the collector's AuthorizationPolicy: who may send what. */
const rulesOf = (definition: object): unknown[] => {
  const { findings, mesh } = checkMesh(definition);
  expect(findings).to.deep.equal([]);
  const objects: Manifest[] = mesh ? renderMesh(mesh) : [];
  const policy = objects.find(
    ({ kind, metadata }) => kind === "AuthorizationPolicy" && metadata.name === "collector",
  );
  return (policy?.spec as { rules: unknown[] }).rules;
};
const from = (principal: string, operation: object): object => ({
  from: [{ source: { principals: [`cluster.local/ns/${principal}`] } }],
  to: [{ operation: { ...operation, ports: ["4317"] } }],
});

describe("a tracing service of the catalog", () => {
  const grpc = { port: 4317, protocol: "grpc" };
  const exported = { methods: ["POST"], paths: [spans] };

  it("accepts spans from the proxies of all services and gateways, and nothing else", () => {
    expect(rulesOf(catalog(grpc))).to.have.deep.members([
      // It calls the collector itself, too.
      from("shop/sa/web", {}),
      from("shop/sa/api", exported),
      from("shop/sa/store", exported),
      from("istio-ingress/sa/istio-ingress", exported),
    ]);
  });

  it("accepts no spans of gateways that report nothing", () => {
    expect(rulesOf(catalog(grpc, { gateways: false }))).not.to.deep.include(
      from("istio-ingress/sa/istio-ingress", exported),
    );
  });

  it("accepts connections on a TCP port, where a proxy sees no requests", () => {
    expect(rulesOf(catalog({ port: 4317, protocol: "tcp" }))).to.deep.include(from("shop/sa/api", {}));
  });

  it("must have the port 4317, with a protocol that carries gRPC", () => {
    const found = (port: object): string[] =>
      checkMesh(catalog(port)).findings.map(({ code, path, message }) => `${code} ${path}: ${message}`);
    const at = "MW802 telemetry.tracing.service: ";
    expect(found({ port: 4318, protocol: "grpc" })).to.deep.equal([
      `${at}${text("collector", undefined).message}`,
    ]);
    expect(found({ port: 4317, protocol: "http" })).to.deep.equal([
      `${at}${text("collector", "http").message}`,
    ]);
    expect(found({ port: 4317, protocol: "http2" })).to.deep.equal([]);
  });
});
