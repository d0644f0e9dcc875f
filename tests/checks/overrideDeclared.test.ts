import { expect } from "chai";
import { found, http } from "./overriding";

const image = "registry.example.com/app:1.0.0";
const telemetry = {
  metrics: { provider: "prometheus", overrides: [{ metric: "REQUEST_SIZE", disabled: true }] },
  tracing: { provider: "jaeger", randomSamplingPercentage: 5 },
  accessLogging: { provider: "envoy" },
};
const services = {
  web: { ports: { http }, calls: { api: {} } },
  api: {
    ports: { http },
    workload: {
      image,
      resources: { requests: { cpu: "100m" } },
      autoscaling: { minReplicas: 2, maxReplicas: 5, averageUtilization: 80 },
    },
  },
  jobs: { ports: {}, calls: { api: {} }, workload: { image, kind: "CronJob", schedule: "0 1 * * *" } },
  store: {
    ports: { tcp: { port: 5432, protocol: "tcp" } },
    workload: {
      image,
      kind: "StatefulSet",
      volumeClaimTemplates: {
        data: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
      },
    },
  },
};

const replaced = (kind: string, name: string, patch: object): string[] =>
  found({ [kind]: { [`shop/${name}`]: patch } }, { services, telemetry })
    .filter((line) => line.startsWith("MW377"))
    .map((line) => line.replace(`MW377 ${kind}["shop/${name}"]: `, ""));
const says = (kind: string, change: string): string[] => [
  `the override replaces the catalog's setting in the ${kind}: ${change}`,
];

describe("overrides of what is not compared", () => {
  const logged = (...accessLogging: object[]): string[] =>
    replaced("Telemetry", "default", { spec: { accessLogging } });
  const own = { providers: [{ name: "envoy" }] };

  it("leave the telemetry of the catalog, and may add to it", () => {
    expect(logged(own)).to.deep.equal([]);
    expect(logged({ ...own, filter: { expression: "response.code >= 500" } })).to.deep.equal([]);
    expect(logged({ providers: [{ name: "otel" }] }, own)).to.deep.equal([]);
    expect(logged({ providers: [{ name: "otel" }] })).to.deep.equal(
      says("Telemetry", "accessLogging[0].providers[0].name envoy becomes otel"),
    );
    const tracing = (randomSamplingPercentage: number): string[] =>
      replaced("Telemetry", "default", {
        spec: { tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage }] },
      });
    expect(tracing(5)).to.deep.equal([]);
    expect(tracing(0)).to.deep.equal(says("Telemetry", "tracing[0].randomSamplingPercentage 5 becomes 0"));
  });

  it("turn nothing off", () => {
    expect(logged({ ...own, disabled: true })).to.deep.equal(
      says("Telemetry", "accessLogging[0].disabled not set becomes true"),
    );
    expect(logged()).to.deep.equal(
      says("Telemetry", 'accessLogging[0] {"providers":[{"name":"envoy"}]} becomes not set'),
    );
    expect(replaced("Telemetry", "default", { spec: { metrics: null } })[0]).to.include("metrics[0]");
  });

  it("leave schedules, storage and what an autoscaler measures", () => {
    expect(replaced("CronJob", "jobs", { spec: { concurrencyPolicy: "Forbid" } })).to.deep.equal([]);
    expect(replaced("CronJob", "jobs", { spec: { schedule: "0 5 * * *" } })).to.deep.equal(
      says("CronJob", "schedule 0 1 * * * becomes 0 5 * * *"),
    );
    const metric = (averageUtilization: number): object => ({
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
    });
    const memory = { type: "Resource", resource: { name: "memory", target: { type: "Utilization" } } };
    const measured = (...metrics: object[]): string[] =>
      replaced("HorizontalPodAutoscaler", "api", { spec: { metrics } });
    expect(measured(memory, metric(80))).to.deep.equal([]);
    expect(measured(metric(50))).to.deep.equal(
      says("HorizontalPodAutoscaler", "metrics[0].resource.target.averageUtilization 80 becomes 50"),
    );
    // The names of the pods in DNS.
    expect(replaced("StatefulSet", "store", { spec: { serviceName: "other" } })).to.deep.equal(
      says("StatefulSet", "serviceName store-headless becomes other"),
    );
    const claim = (storage: string): object => ({
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    });
    expect(
      replaced("StatefulSet", "store", { spec: { volumeClaimTemplates: [claim("1Gi")] } }),
    ).to.deep.equal(
      says("StatefulSet", "volumeClaimTemplates[0].spec.resources.requests.storage 10Gi becomes 1Gi"),
    );
  });

  it("leave the quotas that a rate limit service reads", () => {
    const counted = {
      services: {
        web: { ports: { http }, globalRateLimits: { all: { requests: 1000, per: "second" } } },
        counter: { ports: { grpc: { port: 8081, protocol: "grpc" } }, workload: { image } },
      },
      rateLimitService: { service: "counter", onFailure: "deny" },
    };
    const quotas = (data: object): string[] =>
      found({ ConfigMap: { "shop/counter-quotas": { data } } }, counted).filter((line) =>
        /^MW(115|377)/.test(line),
      );
    expect(quotas({ "more.txt": "a" })).to.deep.equal([]);
    expect(quotas({ "config.yaml": "domain: shop" })[0]).to.include(
      `MW377 ConfigMap["shop/counter-quotas"]: the override replaces the catalog's setting in the ConfigMap: data.`,
    );
  });
});
