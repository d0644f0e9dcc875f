import { expect } from "chai";
import { catalog } from "../../examples/opentelemetry-demo/catalog";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { findIn } from "../platforms/rendered";
import { deployed } from "./deployed/openTelemetryDemo";
import { describesAsDeployed, meshOf } from "./expectations";

describe("examples/opentelemetry-demo", () => {
  describesAsDeployed(catalog, deployed);

  let objects: Manifest[];
  before(() => {
    objects = renderMesh(meshOf(catalog));
  });
  const find = (kind: string, name: string): Record<string, unknown> =>
    findIn(objects, kind, name, "otel-demo").spec as Record<string, unknown>;

  it("reports nothing about calls that nothing waits for, nor about services without ports", () => {
    const { findings } = checkMesh({ ...catalog, suppressions: [] });
    expect([...new Set(findings.map(({ code }) => code))]).to.have.members(["MW340", "MW404"]);
  });

  it("gives ports that are named tcp-service the protocol that they speak", () => {
    expect(find("Service", "checkout")).to.deep.equal({
      ports: [{ port: 8080, protocol: "TCP", appProtocol: "grpc" }],
    });
    expect(find("Service", "frontend")).to.deep.equal({
      ports: [{ port: 8080, protocol: "TCP", appProtocol: "http" }],
    });
  });

  it("tells services with one account apart by the labels of their pods", () => {
    const { ingress } = find("NetworkPolicy", "payment") as { ingress: { ports: { port: number }[] }[] };
    const atItsPort = ingress.filter(({ ports }) => ports.some(({ port }) => port === 8080));
    expect(atItsPort).to.deep.equal([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "otel-demo" } },
            podSelector: { matchLabels: { "opentelemetry.io/name": "checkout" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 8080 }],
      },
    ]);
    expect(find("AuthorizationPolicy", "payment")).to.deep.equal({
      action: "ALLOW",
      selector: { matchLabels: { "opentelemetry.io/name": "payment" } },
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/otel-demo/sa/otel-demo"] } }],
          to: [{ operation: { ports: ["8080"] } }],
        },
      ],
    });
  });

  it("gives workers a Sidecar and no callers", () => {
    for (const name of ["accounting", "fraud-detection", "load-generator"]) {
      const kinds = objects.filter(({ metadata }) => metadata.name === name).map(({ kind }) => kind);
      expect(kinds, name).to.include("Sidecar").and.to.not.include("VirtualService");
      expect(kinds, name).to.not.include("DestinationRule").and.to.not.include("Service");
    }
  });
});
