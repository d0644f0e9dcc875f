import { expect } from "chai";
import { durationMessages, numberMessages } from "../../bounds";
import { boundCircuitBreakers, messages } from "../../policies/boundCircuitBreakers";
import { PROTOCOL } from "../../reading/protocol";
import { type Resource, unknown, validateResource } from "../engine";
import type { Message } from "../../policy";
import {
  asPatch,
  connectionPool,
  destinationRule,
  istio,
  outlierDetection,
  trafficPolicy,
} from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundCircuitBreakers, resource, configuration);

const rule = (policy: Record<string, unknown>) => destinationRule({ trafficPolicy: trafficPolicy(policy) });
const catalog = said("DestinationRule shop/catalog", "spec.");
const http = said("DestinationRule shop/catalog", "spec.trafficPolicy.connectionPool.http.");
const outlier = said("DestinationRule shop/catalog", "spec.trafficPolicy.outlierDetection.");
const MAX_CONNECTIONS = "trafficPolicy.connectionPool.tcp.maxConnections";
const missing = numberMessages.missing(2, 1024);

describe("bound-circuit-breakers", () => {
  it("accepts the circuit breakers of real platforms", async () => {
    const outlierDetection = {
      consecutive5xxErrors: 5,
      interval: "30s",
      baseEjectionTime: "30s",
      maxEjectionPercent: 50,
    };
    const pools = [
      {
        tcp: { maxConnections: 100 },
        http: { http1MaxPendingRequests: 1000, maxRequestsPerConnection: 10, maxRetries: 3 },
      },
      {
        tcp: { maxConnections: 50 },
        http: { http1MaxPendingRequests: 500, maxRequestsPerConnection: 10, maxRetries: 3 },
      },
      {
        tcp: { maxConnections: 100, connectTimeout: "10s" },
        http: {
          http1MaxPendingRequests: 100,
          http2MaxRequests: 1000,
          maxRequestsPerConnection: 100,
          maxRetries: 3,
        },
      },
      {
        tcp: { maxConnections: 200 },
        http: { http1MaxPendingRequests: 100, http2MaxRequests: 200, maxRetries: 3 },
      },
    ];
    for (const connectionPool of pools) {
      expect(await judge(rule({ connectionPool, outlierDetection }))).to.deep.equal({ violations: [] });
    }
    const gateway = {
      ...outlierDetection,
      interval: "10s",
      consecutiveGatewayErrors: 3,
      minHealthPercent: 30,
    };
    expect(await judge(rule({ outlierDetection: gateway }))).to.deep.equal({ violations: [] });
  });

  it("states the field, the problem and the fix", async () => {
    const policy = { connectionPool: connectionPool(), outlierDetection: undefined };
    expect(await judge(rule(policy))).to.deep.equal({
      violations: [
        "DestinationRule shop/catalog: spec.trafficPolicy.outlierDetection is not set, so a failing endpoint keeps receiving " +
          "traffic. Add it, for example with consecutive5xxErrors 5, interval 30s, baseEjectionTime 30s, maxEjectionPercent 50.",
      ],
    });
  });

  it("refuses a rule without circuit breakers, with all violations at once", async () => {
    for (const trafficPolicy of [undefined, {}, { connectionPool: {} }, { tls: { mode: "ISTIO_MUTUAL" } }]) {
      expect(await judge(destinationRule({ trafficPolicy }))).to.deep.equal({
        violations: [
          catalog(MAX_CONNECTIONS, missing),
          http("http1MaxPendingRequests", missing),
          http("http2MaxRequests", missing),
          http("maxRetries", numberMessages.missing(1, 10)),
          catalog("trafficPolicy.outlierDetection", messages.noOutlierDetection()),
        ],
      });
    }
  });

  describe("limits of the connection pool", () => {
    for (const [name, least, most] of [
      ["http1MaxPendingRequests", 2, 1024],
      ["http2MaxRequests", 2, 1024],
      ["maxRetries", 1, 10],
    ] as const) {
      it(`bounds ${name}`, async () => {
        const outcomes: [value: unknown, message: Message | undefined][] = [
          [least, undefined],
          [most, undefined],
          [most + 1, numberMessages.above(most + 1, most)],
          [4294967295, numberMessages.above(4294967295, most)],
          [0, numberMessages.zero(least, most)],
          [undefined, numberMessages.missing(least, most)],
          ["hunter2", numberMessages.notANumber(least, most)],
          [-1, numberMessages.below(-1, least)],
        ];
        for (const [value, message] of outcomes) {
          const violations = message === undefined ? [] : [http(name, message)];
          const resource = rule({ connectionPool: connectionPool({ [name]: value }) });
          expect(await judge(resource), String(value)).to.deep.equal({ violations });
        }
      });
    }

    it("bounds maxConnections", async () => {
      const outcomes: [value: number, message: Message | undefined][] = [
        [2, undefined],
        [1024, undefined],
        [1, numberMessages.below(1, 2)],
        [1025, numberMessages.above(1025, 1024)],
        [0, numberMessages.zero(2, 1024)],
      ];
      for (const [maxConnections, message] of outcomes) {
        const violations = message === undefined ? [] : [catalog(MAX_CONNECTIONS, message)];
        const resource = rule({ connectionPool: connectionPool({}, { maxConnections }) });
        expect(await judge(resource)).to.deep.equal({ violations });
      }
    });

    it("accepts a limit on connections instead of requests, if each connection has a limit of requests", async () => {
      const implied = (settings: Record<string, unknown>, maxConnections = 100) =>
        judge(
          rule({
            connectionPool: connectionPool({ http2MaxRequests: undefined, ...settings }, { maxConnections }),
          }),
        );
      expect(await implied({ maxRequestsPerConnection: 10 })).to.deep.equal({ violations: [] });
      expect(await implied({ maxConcurrentStreams: 10 })).to.deep.equal({ violations: [] });
      expect(await implied({ maxConcurrentStreams: 10, maxRequestsPerConnection: 100 })).to.deep.equal({
        violations: [],
      });
      expect(await implied({ maxRequestsPerConnection: 16 }, 64)).to.deep.equal({ violations: [] });
      expect(await implied({ maxRequestsPerConnection: 11 })).to.deep.equal({
        violations: [http("http2MaxRequests", messages.impliedRequests(100, 11, 1024))],
      });
      expect(await implied({ maxRequestsPerConnection: 0 })).to.deep.equal({
        violations: [http("http2MaxRequests", missing)],
      });
    });

    it("accepts a retry budget in place of maxRetries", async () => {
      const pool = connectionPool({ maxRetries: undefined });
      const budget = (retryBudget: unknown) => judge(rule({ connectionPool: pool, retryBudget }));
      expect(await budget({ percent: 20, minRetryConcurrency: 3 })).to.deep.equal({ violations: [] });
      expect(await budget({})).to.deep.equal({ violations: [] });
      expect(await budget({ percent: 80, minRetryConcurrency: 100 })).to.deep.equal({
        violations: [
          catalog("trafficPolicy.retryBudget.percent", numberMessages.above(80, 50)),
          catalog("trafficPolicy.retryBudget.minRetryConcurrency", numberMessages.above(100, 10)),
        ],
      });
    });
  });

  describe("outlier detection", () => {
    const judgeOutlier = (changes: Record<string, unknown>) =>
      judge(rule({ outlierDetection: outlierDetection(changes) }));

    it("accepts an empty block, because Istio's defaults are within the limits", async () => {
      expect(await judge(rule({ outlierDetection: {} }))).to.deep.equal({ violations: [] });
    });

    it("bounds the share of ejected endpoints", async () => {
      expect(await judgeOutlier({ maxEjectionPercent: 100 })).to.deep.equal({
        violations: [outlier("maxEjectionPercent", numberMessages.above(100, 50))],
      });
      expect(await judgeOutlier({ maxEjectionPercent: 51 }))
        .to.have.property("violations")
        .with.length(1);
      expect(await judgeOutlier({ minHealthPercent: 60 })).to.deep.equal({
        violations: [outlier("minHealthPercent", numberMessages.above(60, 50))],
      });
    });

    it("accepts that all are ejected where those of other zones or regions take over", async () => {
      const ejecting = (localityLbSetting: unknown, maxEjectionPercent: unknown = 100) =>
        judge(
          rule({
            loadBalancer: { simple: "ROUND_ROBIN", localityLbSetting },
            outlierDetection: outlierDetection({ maxEjectionPercent }),
          }),
        );
      for (const locality of [
        { enabled: true, failover: [{ from: "us-west", to: "us-east" }] },
        { failoverPriority: ["topology.kubernetes.io/region"] },
        { enabled: true },
      ]) {
        expect(await ejecting(locality)).to.deep.equal({ violations: [] });
      }
      const refused = {
        violations: [outlier("maxEjectionPercent", numberMessages.above(100, 50))],
      };
      for (const locality of [
        undefined,
        { enabled: false, failover: [{ from: "us-west", to: "us-east" }] },
        { distribute: [{ from: "us-west/*", to: { "us-east/*": 100 } }] },
      ]) {
        expect(await ejecting(locality)).to.deep.equal(refused);
      }
      expect(await ejecting({ enabled: true }, 101)).to.deep.equal({
        violations: [outlier("maxEjectionPercent", numberMessages.above(101, 100))],
      });
      expect(await ejecting(unknown)).to.deep.equal({
        violations: [],
        undecided:
          "DestinationRule shop/catalog: string value at .spec.trafficPolicy.loadBalancer.localityLbSetting can't be known during preview",
      });
      expect(await ejecting(unknown, 50)).to.deep.equal({ violations: [] });
    });

    it("bounds the errors before an ejection", async () => {
      expect(await judgeOutlier({ consecutive5xxErrors: 1000, consecutiveGatewayErrors: 11 })).to.deep.equal({
        violations: [
          outlier("consecutive5xxErrors", numberMessages.above(1000, 10)),
          outlier("consecutiveGatewayErrors", numberMessages.above(11, 10)),
        ],
      });
    });

    it("refuses to disable it", async () => {
      const off = outlier("consecutive5xxErrors", messages.ejectionOff());
      for (const consecutiveGatewayErrors of [undefined, 0]) {
        expect(await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors })).to.deep.equal({
          violations: [off],
        });
      }
      expect(
        await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors: "three" }),
      ).to.deep.equal({
        violations: [off, outlier("consecutiveGatewayErrors", numberMessages.notANumber(0, 10))],
      });
      expect(await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors: 3 })).to.deep.equal({
        violations: [],
      });
    });

    it("refuses consecutiveErrors, which has no effect", async () => {
      expect(await judgeOutlier({ consecutive5xxErrors: undefined, consecutiveErrors: 5 })).to.deep.equal({
        violations: [outlier("consecutiveErrors", messages.ignored())],
      });
    });

    it("bounds its durations", async () => {
      const outcomes: [name: string, value: unknown, message: Message | undefined][] = [
        ["interval", "1m", undefined],
        ["interval", "60s", undefined],
        ["interval", "1000ms", undefined],
        ["interval", "1m1s", durationMessages.above("1m1s", "1s", "1m")],
        ["interval", "10ms", durationMessages.below("10ms", "1s", "1m")],
        ["interval", "hunter2", durationMessages.notADuration("1s", "1m")],
        ["interval", 30, durationMessages.notADuration("1s", "1m")],
        ["baseEjectionTime", "300s", undefined],
        ["baseEjectionTime", "1h", durationMessages.above("1h", "1s", "5m")],
        ["baseEjectionTime", "0.5s", durationMessages.below("0.5s", "1s", "5m")],
      ];
      for (const [name, value, message] of outcomes) {
        const violations = message === undefined ? [] : [outlier(name, message)];
        expect(await judgeOutlier({ [name]: value }), `${name} ${String(value)}`).to.deep.equal({
          violations,
        });
      }
    });
  });

  describe("subsets and ports", () => {
    const port = (changes: Record<string, unknown>) => ({ port: { number: 8080 }, ...changes });

    it("accepts a subset that inherits the rule's blocks", async () => {
      const subsets = [
        { name: "v1" },
        { name: "v2", trafficPolicy: { loadBalancer: { simple: "ROUND_ROBIN" } } },
      ];
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({ violations: [] });
    });

    it("judges a subset's block as a whole, because it replaces the rule's", async () => {
      const subsets = [
        { name: "v1", trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } },
        { name: "v2", trafficPolicy: { outlierDetection: { maxEjectionPercent: 100 } } },
      ];
      const pool = "subsets[0].trafficPolicy.connectionPool.http";
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({
        violations: [
          catalog(`${pool}.http1MaxPendingRequests`, missing),
          catalog(`${pool}.http2MaxRequests`, missing),
          catalog(`${pool}.maxRetries`, numberMessages.missing(1, 10)),
          catalog(
            "subsets[1].trafficPolicy.outlierDetection.maxEjectionPercent",
            numberMessages.above(100, 50),
          ),
        ],
      });
    });

    it("requires all limits of a port, because it inherits nothing", async () => {
      const whole = port(trafficPolicy());
      const bare = port({ connectionPool: connectionPool() });
      expect(await judge(rule({ portLevelSettings: [whole] }))).to.deep.equal({ violations: [] });
      expect(await judge(rule({ portLevelSettings: [whole, bare] }))).to.deep.equal({
        violations: [
          catalog("trafficPolicy.portLevelSettings[1].outlierDetection", messages.noOutlierDetection()),
        ],
      });
      const subsets = [{ name: "v1", trafficPolicy: { portLevelSettings: [bare] } }];
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({
        violations: [
          catalog(
            "subsets[0].trafficPolicy.portLevelSettings[0].outlierDetection",
            messages.noOutlierDetection(),
          ),
        ],
      });
    });

    it("reports a violation of the rule once, however many subsets inherit it", async () => {
      const subsets = ["v1", "v2"].map((name) => ({
        name,
        trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      }));
      const policy = trafficPolicy({ connectionPool: connectionPool({ maxRetries: 99 }) });
      expect(await judge(destinationRule({ trafficPolicy: policy, subsets }))).to.deep.equal({
        violations: [http("maxRetries", numberMessages.above(99, 10))],
      });
    });
  });

  describe("protocols without requests", () => {
    const tcpOnly = { connectionPool: { tcp: { maxConnections: 100, connectTimeout: "3s" } } };
    const annotated = (protocol: unknown, policy: Record<string, unknown>) =>
      istio(
        "networking.istio.io/v1",
        "DestinationRule",
        { namespace: "shop", name: "redis", annotations: { [PROTOCOL]: protocol } },
        { host: "redis", trafficPolicy: policy },
      );

    it("requires no HTTP limits of annotated rules", async () => {
      const policy = { ...tcpOnly, outlierDetection: outlierDetection() };
      for (const protocol of ["tcp", "tls", "https", "mongo", "mysql", "redis"]) {
        expect(await judge(annotated(protocol, policy))).to.deep.equal({ violations: [] });
      }
      for (const protocol of [undefined, "http", "grpc", "http2", "hunter2"]) {
        expect((await judge(annotated(protocol, policy))).violations).to.have.length(3);
      }
    });

    const redis = said("DestinationRule shop/redis", "spec.");

    it("still requires limits on connections and outlier detection of them", async () => {
      expect(await judge(annotated("redis", {}))).to.deep.equal({
        violations: [
          redis(MAX_CONNECTIONS, missing),
          redis("trafficPolicy.outlierDetection", messages.noOutlierDetection()),
        ],
      });
    });

    it("requires only a limit on connections with PASSTHROUGH, because the caller chooses the endpoint", async () => {
      const passthrough = { loadBalancer: { simple: "PASSTHROUGH" } };
      expect(await judge(destinationRule({ trafficPolicy: { ...passthrough, ...tcpOnly } }))).to.deep.equal({
        violations: [],
      });
      expect(await judge(destinationRule({ trafficPolicy: passthrough }))).to.deep.equal({
        violations: [catalog(MAX_CONNECTIONS, missing)],
      });
    });

    it("requires all limits of a subset with another load balancer", async () => {
      const resource = destinationRule({
        trafficPolicy: { loadBalancer: { simple: "PASSTHROUGH" }, ...tcpOnly },
        subsets: [{ name: "v1", trafficPolicy: { loadBalancer: { simple: "ROUND_ROBIN" } } }],
      });
      expect((await judge(resource)).violations).to.deep.equal([
        http("http1MaxPendingRequests", missing),
        http("http2MaxRequests", missing),
        http("maxRetries", numberMessages.missing(1, 10)),
        catalog("trafficPolicy.outlierDetection", messages.noOutlierDetection()),
      ]);
    });

    it("judges limits that are set but not required", async () => {
      const pool = connectionPool({ maxRetries: 99, http2MaxRequests: 5000 });
      expect(
        (await judge(annotated("tcp", trafficPolicy({ connectionPool: pool })))).violations,
      ).to.have.length(2);
    });
  });

  it("ignores external hosts, and judges wildcards that match hosts of the mesh", async () => {
    for (const host of ["api.example.com", "*.example.com"]) {
      expect(await judge(destinationRule({ host, trafficPolicy: {} }))).to.deep.equal({ violations: [] });
    }
    for (const host of ["*", "*.local", "*.shop.svc.cluster.local", "catalog.shop.svc.cluster.local"]) {
      expect((await judge(destinationRule({ host, trafficPolicy: {} }))).violations, host).to.have.length(5);
    }
    const own = destinationRule({ host: "db.internal.example", trafficPolicy: {} });
    expect((await judge(own, { meshDomains: ["internal.example"] })).violations).to.have.length(5);
  });

  it("judges every API version, and only the changed fields of a patch", async () => {
    const { props, name } = destinationRule({
      trafficPolicy: { outlierDetection: { maxEjectionPercent: 100 } },
    });
    for (const version of ["v1", "v1beta1", "v1alpha3"]) {
      const resource = { type: `kubernetes:networking.istio.io/${version}:DestinationRule`, name, props };
      expect((await judge(resource)).violations).to.have.length(5);
      expect(await judge(asPatch(resource))).to.deep.equal({
        violations: [outlier("maxEjectionPercent", numberMessages.above(100, 50))],
      });
    }
  });

  it("applies the organization's limits", async () => {
    const limits = {
      maxConnections: 50,
      http1MaxPendingRequests: 5000,
      maxEjectionPercent: 30,
      longestInterval: "20s",
    };
    const pool = connectionPool({ http1MaxPendingRequests: 4000 });
    expect(await judge(rule({ connectionPool: pool }), limits)).to.deep.equal({
      violations: [
        catalog(MAX_CONNECTIONS, numberMessages.above(100, 50)),
        outlier("maxEjectionPercent", numberMessages.above(50, 30)),
        outlier("interval", durationMessages.above("30s", "1s", "20s")),
      ],
    });
  });

  it("fails on an unknown setting", async () => {
    const error = await judge(destinationRule(), { maxConections: 50 }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(
      /^Policy bound-circuit-breakers has no setting maxConections\. Its settings are consecutiveErrors, .*meshDomains/,
    );
  });

  it("reports violations beside unknown values, and these as undecided", async () => {
    const at = (path: string) =>
      `DestinationRule shop/catalog: string value at .${path} can't be known during preview`;
    const pool = connectionPool({ http1MaxPendingRequests: unknown, maxRetries: 99 });
    expect(await judge(rule({ connectionPool: pool }))).to.deep.equal({
      violations: [http("maxRetries", numberMessages.above(99, 10))],
      undecided: at("spec.trafficPolicy.connectionPool.http.http1MaxPendingRequests"),
    });
    expect(await judge(destinationRule({ host: unknown, trafficPolicy: {} }))).to.deep.equal({
      violations: [],
      undecided: at("spec.host"),
    });
    expect(await judge(destinationRule({ subsets: unknown }))).to.deep.equal({
      violations: [],
      undecided: at("spec.subsets"),
    });
    const balanced = { ...trafficPolicy({ outlierDetection: undefined }), loadBalancer: { simple: unknown } };
    expect(await judge(destinationRule({ trafficPolicy: balanced }))).to.deep.equal({
      violations: [],
      undecided: at("spec.trafficPolicy.loadBalancer.simple"),
    });
  });

  it("counts local failures only where Istio separates them", async () => {
    const ejecting = (errors: object) =>
      judge(
        destinationRule({
          trafficPolicy: trafficPolicy({ outlierDetection: { maxEjectionPercent: 50, ...errors } }),
        }),
      );
    const split = { consecutive5xxErrors: 0, splitExternalLocalOriginErrors: true };
    expect(await ejecting({ ...split, consecutiveLocalOriginFailures: 5 })).to.deep.equal({ violations: [] });
    for (const errors of [
      { consecutive5xxErrors: 0, consecutiveLocalOriginFailures: 5 },
      { ...split, splitExternalLocalOriginErrors: false, consecutiveLocalOriginFailures: 5 },
      split,
    ]) {
      expect(await ejecting(errors)).to.deep.equal({
        violations: [outlier("consecutive5xxErrors", messages.ejectionOff())],
      });
    }
    const { violations } = await ejecting({ ...split, consecutiveLocalOriginFailures: 4294967295 });
    expect(violations.join()).to.include(
      "consecutiveLocalOriginFailures is 4294967295, above the limit of 10",
    );
  });

  it("does not apply to other resources", async () => {
    const type = "kubernetes:networking.istio.io/v1:VirtualService";
    expect(await judge({ type, name: "x", props: {} })).to.deep.equal({
      violations: [],
      notApplicable: `bound-circuit-breakers does not apply to ${type}`,
    });
  });
});
