import { expect } from "chai";
import { type LoadDefinition, loadBalancers, type LoadBalancingDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";

describe("destinationRule", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        plain: { ports: { http } },
        store: {
          ports: { tcp },
          resilience: { connectTimeout: "3s", idleTimeout: "1h" },
          circuitBreaker: { maxConnections: 20, outlierDetection: false },
          loadBalancing: { simple: "PASSTHROUGH" },
        },
        mixed: { ports: { http, tcp }, resilience: { idleTimeout: "90s" } },
        full: {
          ports: { http },
          versions: { v2: {}, v1: {} },
          traffic: { weights: { v1: 90, v2: 10 } },
          resilience: { connectTimeout: "5s", idleTimeout: "1h" },
          circuitBreaker: {
            maxConnections: 50,
            http1MaxPendingRequests: 500,
            http2MaxRequests: 200,
            maxRequestsPerConnection: 10,
            h2UpgradePolicy: "UPGRADE",
            maxRetries: 4,
            retryBudget: { percent: 25, minRetryConcurrency: 4 },
            outlierDetection: {
              consecutive5xxErrors: 7,
              consecutiveGatewayErrors: 3,
              interval: "15s",
              baseEjectionTime: "1m",
              maxEjectionPercent: 100,
              minHealthPercent: 30,
            },
          },
          loadBalancing: {
            simple: "ROUND_ROBIN",
            locality: { failover: [{ from: "us-west", to: "us-east" }] },
          },
        },
      },
    });
  });
  const outlierDetection = {
    consecutive5xxErrors: 5,
    interval: "10s",
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
  };

  it("bounds every service, with mutual TLS", () => {
    expect(find(objects, "DestinationRule", "plain")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: metadata("plain", "services.plain"),
      spec: {
        host: "plain.shop.svc.cluster.local",
        trafficPolicy: {
          tls: { mode: "ISTIO_MUTUAL" },
          connectionPool: {
            tcp: { maxConnections: 100 },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 1000, maxRetries: 3 },
          },
          loadBalancer: { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
          outlierDetection,
        },
      },
    });
  });

  it("says all that the catalog says", () => {
    expect(find(objects, "DestinationRule", "full").spec).to.deep.equal({
      host: "full.shop.svc.cluster.local",
      trafficPolicy: {
        tls: { mode: "ISTIO_MUTUAL" },
        connectionPool: {
          tcp: { maxConnections: 50, connectTimeout: "5s" },
          http: {
            http1MaxPendingRequests: 500,
            http2MaxRequests: 200,
            maxRequestsPerConnection: 10,
            h2UpgradePolicy: "UPGRADE",
            maxRetries: 4,
            idleTimeout: "1h",
          },
        },
        retryBudget: { percent: 25, minRetryConcurrency: 4 },
        loadBalancer: {
          simple: "ROUND_ROBIN",
          localityLbSetting: { enabled: true, failover: [{ from: "us-west", to: "us-east" }] },
        },
        outlierDetection: {
          consecutive5xxErrors: 7,
          consecutiveGatewayErrors: 3,
          interval: "15s",
          baseEjectionTime: "1m",
          maxEjectionPercent: 100,
          minHealthPercent: 30,
        },
      },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
      ],
    });
  });

  describe("load balancer", () => {
    const balancer = (loadBalancing: LoadBalancingDefinition): unknown => {
      const { spec } = find(
        render({ name: "shop", services: { web: { ports: { http }, loadBalancing } } }),
        "DestinationRule",
        "web",
      );
      return (spec as { trafficPolicy: { loadBalancer: unknown } }).trafficPolicy.loadBalancer;
    };

    for (const consistentHash of [
      { httpHeaderName: "x-session" },
      { httpQueryParameterName: "session" },
      { httpCookie: { name: "session", path: "/", ttl: "1h" } },
      { httpCookie: { name: "session", ttl: "30s" } },
      { useSourceIp: true },
    ] as const) {
      it(`keeps a session by ${JSON.stringify(consistentHash)}`, () => {
        expect(balancer({ consistentHash })).to.deep.equal({
          consistentHash,
          localityLbSetting: { enabled: false },
        });
      });
    }

    it("gives the endpoints of all zones their share, with outlier detection or without, unless locality is declared", () => {
      for (const simple of loadBalancers) {
        expect(balancer({ simple })).to.deep.equal({ simple, localityLbSetting: { enabled: false } });
      }
      const spec = (circuitBreaker: object): unknown =>
        find(
          render({ name: "shop", services: { web: { ports: { http }, circuitBreaker } } }),
          "DestinationRule",
          "web",
        ).spec;
      const off = ["trafficPolicy.loadBalancer.localityLbSetting.enabled", false] as const;
      expect(spec({})).to.have.nested.property(...off);
      expect(spec({ outlierDetection: false })).to.have.nested.property(...off);
    });

    it("lets all endpoints be ejected where others take over, and half of them elsewhere", () => {
      const percent = (loadBalancing: LoadBalancingDefinition, load?: LoadDefinition): unknown => {
        const { spec } = find(
          render({
            name: "shop",
            services: { web: { ports: { http }, loadBalancing, ...(load && { load }) } },
          }),
          "DestinationRule",
          "web",
        );
        return (spec as { trafficPolicy: { outlierDetection: { maxEjectionPercent: number } } }).trafficPolicy
          .outlierDetection.maxEjectionPercent;
      };
      const failover = { locality: { failover: [{ from: "us-west", to: "us-east" }] } } as const;
      expect(percent({})).to.equal(50);
      expect(percent(failover)).to.equal(100);
      expect(percent(failover, { rps: 10, p99: "1s", callers: 2 })).to.equal(100);
      expect(percent({ locality: { failoverPriority: ["topology.kubernetes.io/zone"] } })).to.equal(100);
    });

    it("prefers endpoints by the labels that they have in common with the caller", () => {
      const failoverPriority = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "tier=gold"];
      expect(balancer({ simple: "RANDOM", locality: { failoverPriority } })).to.deep.equal({
        simple: "RANDOM",
        localityLbSetting: { enabled: true, failoverPriority },
      });
    });
  });

  it("has nothing about requests for a TCP service, and says that it is one", () => {
    expect(find(objects, "DestinationRule", "store").metadata.annotations).to.deep.equal({
      "meshwright.dev/from": "services.store",
      "meshwright.dev/protocol": "tcp",
    });
    expect(find(objects, "DestinationRule", "store").spec).to.deep.equal({
      host: "store.shop.svc.cluster.local",
      trafficPolicy: {
        tls: { mode: "ISTIO_MUTUAL" },
        connectionPool: { tcp: { maxConnections: 20, connectTimeout: "3s", idleTimeout: "1h" } },
        loadBalancer: { simple: "PASSTHROUGH", localityLbSetting: { enabled: false } },
      },
    });
  });

  it("limits idle connections of both sorts where a service has both", () => {
    const pool = "spec.trafficPolicy.connectionPool";
    expect(find(objects, "DestinationRule", "mixed")).to.have.nested.property(
      `${pool}.tcp.idleTimeout`,
      "90s",
    );
    expect(find(objects, "DestinationRule", "mixed")).to.have.nested.property(
      `${pool}.http.idleTimeout`,
      "90s",
    );
  });

  it("shows how its limits follow from the load", () => {
    const sized = render({
      name: "shop",
      services: {
        web: { ports: { http }, workload: { image: "web:1" }, calls: { api: {} } },
        api: { ports: { http }, load: { rps: 300, p99: "250ms" } },
      },
    });
    const { metadata: own, spec } = find(sized, "DestinationRule", "api");
    expect(own.annotations).to.deep.equal({
      "meshwright.dev/from": "services.api",
      "meshwright.dev/sizing":
        "300/s × 250ms = 75 requests at once; × 2 headroom ÷ 2 calling proxies = 75 each, at least 10",
    });
    expect(spec).to.have.deep.nested.property("trafficPolicy.connectionPool", {
      tcp: { maxConnections: 75 },
      http: { http1MaxPendingRequests: 75, http2MaxRequests: 75, maxRetries: 15 },
    });
  });

  it("sets a session cookie for a lifetime of zero, and writes a fraction exactly", () => {
    const session = { httpCookie: { name: "JSESSIONID", ttl: "0s" } } as const;
    const own = render({
      name: "shop",
      services: {
        web: {
          ports: { http },
          loadBalancing: { consistentHash: session },
          resilience: { idleTimeout: "2.01m", connectTimeout: "0.25s" },
        },
      },
    });
    const { spec } = find(own, "DestinationRule", "web") as unknown as {
      spec: { trafficPolicy: { loadBalancer: object; connectionPool: { tcp: object; http: object } } };
    };
    expect(spec.trafficPolicy.loadBalancer).to.deep.equal({
      consistentHash: session,
      localityLbSetting: { enabled: false },
    });
    expect(spec.trafficPolicy.connectionPool.tcp).to.deep.include({ connectTimeout: "250ms" });
    expect(spec.trafficPolicy.connectionPool.http).to.deep.include({ idleTimeout: "120600ms" });
  });

  it("keeps Istio's analyzer from reporting a version without pods, and only that", () => {
    const annotations = (v2: object): unknown =>
      find(
        render({
          name: "shop",
          services: {
            web: {
              ports: { http },
              versions: { v1: {}, v2 },
              traffic: { weights: { v1: 100, v2: 0 } },
              workload: { image: "web:1" },
            },
          },
        }),
        "DestinationRule",
        "web",
      ).metadata.annotations;
    expect(annotations({ replicas: 0 })).to.deep.equal({
      "meshwright.dev/from": "services.web",
      "galley.istio.io/analyze-suppress": "IST0173",
    });
    expect(annotations({ replicas: 1 })).to.deep.equal({ "meshwright.dev/from": "services.web" });
  });
});
