import { expect } from "chai";
import { defineMesh, type MeshDefinition } from "../../catalog";
import { checkMesh } from "../../mesh";
import { istiodFor, RunError } from "../../components";
import { statsMatchers } from "../../observability";

const catalog = (rest: Partial<MeshDefinition> = {}): MeshDefinition => ({
  ...defineMesh({ name: "shop", services: { web: { ports: { http: { port: 8080, protocol: "http" } } } } }),
  ...rest,
});

describe("components/istiodFor", () => {
  it("sets what the catalog asks of the mesh, with its defaults resolved", () => {
    const { meshConfig } = istiodFor(
      catalog({
        trustDomain: "example.org",
        telemetry: { tracing: { provider: "jaeger", randomSamplingPercentage: 1 } },
      }),
    );
    expect(meshConfig).to.deep.include({
      trustDomain: "example.org",
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      extensionProviders: [
        { name: "jaeger", opentelemetry: { service: "jaeger.monitoring.svc.cluster.local", port: 4317 } },
      ],
    });
    expect(meshConfig?.defaultConfig).to.deep.include({
      proxyStatsMatcher: { inclusionRegexps: [...statsMatchers] },
    });
  });

  it("lets istiod sign the lifetime that proxies request, and has proxies renew in time", () => {
    const issued = (certificates?: MeshDefinition["certificates"]): unknown[] => {
      const { env, meshConfig } = istiodFor(catalog(certificates && { certificates }));
      const { proxyMetadata } = meshConfig?.defaultConfig as { proxyMetadata: unknown };
      return [env, proxyMetadata];
    };
    expect(issued({ lifetime: "2160h", renewAt: 7, alertAt: 5 })).to.deep.equal([
      { MAX_WORKLOAD_CERT_TTL: "2160h" },
      { SECRET_TTL: "2160h", SECRET_GRACE_PERIOD_RATIO: "0.07" },
    ]);
    expect(issued()).to.deep.equal([
      { MAX_WORKLOAD_CERT_TTL: "24h" },
      { SECRET_TTL: "24h", SECRET_GRACE_PERIOD_RATIO: "0.5" },
    ]);
  });

  it("ends the program with every finding of a catalog with errors", () => {
    const wrong = { ...catalog(), services: { web: { ports: { http: {} }, calls: { nobody: {} } } } };
    const { findings } = checkMesh(wrong);
    expect(findings).to.have.length.greaterThan(1);
    expect(() => istiodFor(wrong))
      .to.throw(RunError, 'The catalog "shop" has')
      .with.property("message")
      .that.satisfies((message: string) => findings.every(({ path }) => message.includes(` ${path}: `)));
  });
});
