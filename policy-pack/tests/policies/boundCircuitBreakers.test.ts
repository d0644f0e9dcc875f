import { expect } from "chai";
import { boundCircuitBreakers } from "../../policies/boundCircuitBreakers";
import { PROTOCOL } from "../../reading/protocol";
import { type Resource, unknown, validateResource } from "../engine";
import {
  asPatch,
  connectionPool,
  destinationRule,
  istio,
  outlierDetection,
  trafficPolicy,
} from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundCircuitBreakers, resource, configuration);

const rule = (policy: Record<string, unknown>) => destinationRule({ trafficPolicy: trafficPolicy(policy) });
const catalog = (text: string) => `DestinationRule shop/catalog: ${text}`;
const http = (name: string, text: string) =>
  catalog(`spec.trafficPolicy.connectionPool.http.${name} ${text}`);
const outlier = (name: string, text: string) =>
  catalog(`spec.trafficPolicy.outlierDetection.${name} ${text}`);
const MISSING_OUTLIER =
  "is not set, so a failing endpoint keeps its traffic. Add it, for example with consecutive5xxErrors 5, interval 30s, " +
  "baseEjectionTime 30s, maxEjectionPercent 50.";

describe("bound-circuit-breakers", () => {
  it("accepts the circuit breakers that platforms really use", async () => {
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

  it("refuses a rule without any, all findings at once", async () => {
    for (const trafficPolicy of [undefined, {}, { connectionPool: {} }, { tls: { mode: "ISTIO_MUTUAL" } }]) {
      expect(await judge(destinationRule({ trafficPolicy }))).to.deep.equal({
        violations: [
          catalog(
            "spec.trafficPolicy.connectionPool.tcp.maxConnections is not set, so there is no limit. Set it to a number from 2 to 1024.",
          ),
          http(
            "http1MaxPendingRequests",
            "is not set, so there is no limit. Set it to a number from 2 to 1024.",
          ),
          http("http2MaxRequests", "is not set, so there is no limit. Set it to a number from 2 to 1024."),
          http("maxRetries", "is not set, so there is no limit. Set it to a number from 1 to 10."),
          catalog(`spec.trafficPolicy.outlierDetection ${MISSING_OUTLIER}`),
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
        const outcomes: [value: unknown, problem: string | undefined][] = [
          [least, undefined],
          [most, undefined],
          [most + 1, `is ${most + 1}, above the limit of ${most}. Set it to at most ${most}.`],
          [4294967295, `is 4294967295, above the limit of ${most}. Set it to at most ${most}.`],
          [0, `is 0, which Istio reads as no limit. Set it to a number from ${least} to ${most}.`],
          [undefined, `is not set, so there is no limit. Set it to a number from ${least} to ${most}.`],
          ["hunter2", `is not a number. Set it to a number from ${least} to ${most}.`],
          [-1, `is -1, below the least of ${least}. Set it to at least ${least}.`],
        ];
        for (const [value, problem] of outcomes) {
          const violations = problem === undefined ? [] : [http(name, problem)];
          const resource = rule({ connectionPool: connectionPool({ [name]: value }) });
          expect(await judge(resource), String(value)).to.deep.equal({ violations });
        }
      });
    }

    it("bounds maxConnections", async () => {
      const at = "spec.trafficPolicy.connectionPool.tcp.maxConnections";
      const outcomes: [value: number, problem: string | undefined][] = [
        [2, undefined],
        [1024, undefined],
        [1, "is 1, below the least of 2. Set it to at least 2."],
        [1025, "is 1025, above the limit of 1024. Set it to at most 1024."],
        [0, "is 0, which Istio reads as no limit. Set it to a number from 2 to 1024."],
      ];
      for (const [maxConnections, problem] of outcomes) {
        const violations = problem === undefined ? [] : [catalog(`${at} ${problem}`)];
        const resource = rule({ connectionPool: connectionPool({}, { maxConnections }) });
        expect(await judge(resource)).to.deep.equal({ violations });
      }
    });

    it("lets connections bound the requests in flight, if each carries a bounded number", async () => {
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
        violations: [
          http(
            "http2MaxRequests",
            "is not set, so 100 connections with 11 requests each allow 1100 requests in flight, above the limit of 1024. " +
              "Set it to at most 1024.",
          ),
        ],
      });
      expect(await implied({ maxRequestsPerConnection: 0 })).to.deep.equal({
        violations: [
          http("http2MaxRequests", "is not set, so there is no limit. Set it to a number from 2 to 1024."),
        ],
      });
    });

    it("accepts a retry budget in place of maxRetries", async () => {
      const pool = connectionPool({ maxRetries: undefined });
      const budget = (retryBudget: unknown) => judge(rule({ connectionPool: pool, retryBudget }));
      expect(await budget({ percent: 20, minRetryConcurrency: 3 })).to.deep.equal({ violations: [] });
      expect(await budget({})).to.deep.equal({ violations: [] });
      expect(await budget({ percent: 80, minRetryConcurrency: 100 })).to.deep.equal({
        violations: [
          catalog(
            "spec.trafficPolicy.retryBudget.percent is 80, above the limit of 50. Set it to at most 50.",
          ),
          catalog(
            "spec.trafficPolicy.retryBudget.minRetryConcurrency is 100, above the limit of 10. Set it to at most 10.",
          ),
        ],
      });
    });
  });

  describe("outlier detection", () => {
    const judgeOutlier = (changes: Record<string, unknown>) =>
      judge(rule({ outlierDetection: outlierDetection(changes) }));

    it("accepts an empty one, since Istio's defaults are bounded", async () => {
      expect(await judge(rule({ outlierDetection: {} }))).to.deep.equal({ violations: [] });
    });

    it("bounds the share of endpoints that it may eject", async () => {
      expect(await judgeOutlier({ maxEjectionPercent: 100 })).to.deep.equal({
        violations: [outlier("maxEjectionPercent", "is 100, above the limit of 50. Set it to at most 50.")],
      });
      expect(await judgeOutlier({ maxEjectionPercent: 51 }))
        .to.have.property("violations")
        .with.length(1);
      expect(await judgeOutlier({ minHealthPercent: 60 })).to.deep.equal({
        violations: [outlier("minHealthPercent", "is 60, above the limit of 50. Set it to at most 50.")],
      });
    });

    it("bounds the errors that it waits for", async () => {
      expect(await judgeOutlier({ consecutive5xxErrors: 1000, consecutiveGatewayErrors: 11 })).to.deep.equal({
        violations: [
          outlier("consecutive5xxErrors", "is 1000, above the limit of 10. Set it to at most 10."),
          outlier("consecutiveGatewayErrors", "is 11, above the limit of 10. Set it to at most 10."),
        ],
      });
    });

    it("refuses to have it turned off", async () => {
      const off = outlier(
        "consecutive5xxErrors",
        "is 0, which turns ejection off. Set it to at least 1, or leave it out for Istio's default of 5.",
      );
      for (const consecutiveGatewayErrors of [undefined, 0]) {
        expect(await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors })).to.deep.equal({
          violations: [off],
        });
      }
      expect(
        await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors: "three" }),
      ).to.deep.equal({
        violations: [
          off,
          outlier("consecutiveGatewayErrors", "is not a number. Set it to a number from 0 to 10."),
        ],
      });
      expect(await judgeOutlier({ consecutive5xxErrors: 0, consecutiveGatewayErrors: 3 })).to.deep.equal({
        violations: [],
      });
    });

    it("refuses consecutiveErrors, which has no effect", async () => {
      expect(await judgeOutlier({ consecutive5xxErrors: undefined, consecutiveErrors: 5 })).to.deep.equal({
        violations: [outlier("consecutiveErrors", "is ignored by Istio. Use consecutive5xxErrors instead.")],
      });
    });

    it("bounds its durations", async () => {
      const outcomes: [name: string, value: unknown, problem: string | undefined][] = [
        ["interval", "1m", undefined],
        ["interval", "60s", undefined],
        ["interval", "1000ms", undefined],
        ["interval", "1m1s", "is 1m1s, above the limit of 1m. Set it to a duration from 1s to 1m."],
        ["interval", "10ms", "is 10ms, below the least of 1s. Set it to a duration from 1s to 1m."],
        ["interval", "hunter2", "is not a duration. Set it to a duration from 1s to 1m."],
        ["interval", 30, "is not a duration. Set it to a duration from 1s to 1m."],
        ["baseEjectionTime", "300s", undefined],
        ["baseEjectionTime", "1h", "is 1h, above the limit of 5m. Set it to a duration from 1s to 5m."],
        ["baseEjectionTime", "0.5s", "is 0.5s, below the least of 1s. Set it to a duration from 1s to 5m."],
      ];
      for (const [name, value, problem] of outcomes) {
        const violations = problem === undefined ? [] : [outlier(name, problem)];
        expect(await judgeOutlier({ [name]: value }), `${name} ${String(value)}`).to.deep.equal({
          violations,
        });
      }
    });
  });

  describe("subsets and ports", () => {
    const port = (changes: Record<string, unknown>) => ({ port: { number: 8080 }, ...changes });

    it("lets a subset inherit the rule's blocks", async () => {
      const subsets = [
        { name: "v1" },
        { name: "v2", trafficPolicy: { loadBalancer: { simple: "ROUND_ROBIN" } } },
      ];
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({ violations: [] });
    });

    it("judges a subset's block as a whole, since it replaces the rule's", async () => {
      const subsets = [
        { name: "v1", trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } },
        { name: "v2", trafficPolicy: { outlierDetection: { maxEjectionPercent: 100 } } },
      ];
      const pool = "spec.subsets[0].trafficPolicy.connectionPool.http";
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({
        violations: [
          catalog(
            `${pool}.http1MaxPendingRequests is not set, so there is no limit. Set it to a number from 2 to 1024.`,
          ),
          catalog(
            `${pool}.http2MaxRequests is not set, so there is no limit. Set it to a number from 2 to 1024.`,
          ),
          catalog(`${pool}.maxRetries is not set, so there is no limit. Set it to a number from 1 to 10.`),
          catalog(
            "spec.subsets[1].trafficPolicy.outlierDetection.maxEjectionPercent is 100, above the limit of 50. " +
              "Set it to at most 50.",
          ),
        ],
      });
    });

    it("requires everything of a port, since it inherits nothing", async () => {
      const whole = port(trafficPolicy());
      const bare = port({ connectionPool: connectionPool() });
      expect(await judge(rule({ portLevelSettings: [whole] }))).to.deep.equal({ violations: [] });
      expect(await judge(rule({ portLevelSettings: [whole, bare] }))).to.deep.equal({
        violations: [catalog(`spec.trafficPolicy.portLevelSettings[1].outlierDetection ${MISSING_OUTLIER}`)],
      });
      const subsets = [{ name: "v1", trafficPolicy: { portLevelSettings: [bare] } }];
      expect(await judge(destinationRule({ subsets }))).to.deep.equal({
        violations: [
          catalog(`spec.subsets[0].trafficPolicy.portLevelSettings[0].outlierDetection ${MISSING_OUTLIER}`),
        ],
      });
    });

    it("names a fault of the rule once, however many subsets inherit it", async () => {
      const subsets = ["v1", "v2"].map((name) => ({
        name,
        trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      }));
      const policy = trafficPolicy({ connectionPool: connectionPool({ maxRetries: 99 }) });
      expect(await judge(destinationRule({ trafficPolicy: policy, subsets }))).to.deep.equal({
        violations: [http("maxRetries", "is 99, above the limit of 10. Set it to at most 10.")],
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

    it("asks annotated rules for no HTTP limits", async () => {
      const policy = { ...tcpOnly, outlierDetection: outlierDetection() };
      for (const protocol of ["tcp", "tls", "https", "mongo", "mysql", "redis"]) {
        expect(await judge(annotated(protocol, policy))).to.deep.equal({ violations: [] });
      }
      for (const protocol of [undefined, "http", "grpc", "http2", "hunter2"]) {
        expect((await judge(annotated(protocol, policy))).violations).to.have.length(3);
      }
    });

    it("still asks them for connections and outlier detection", async () => {
      expect(await judge(annotated("redis", {}))).to.deep.equal({
        violations: [
          "DestinationRule shop/redis: spec.trafficPolicy.connectionPool.tcp.maxConnections is not set, so there is no " +
            "limit. Set it to a number from 2 to 1024.",
          `DestinationRule shop/redis: spec.trafficPolicy.outlierDetection ${MISSING_OUTLIER}`,
        ],
      });
    });

    it("asks PASSTHROUGH for connections only, since the caller chose the endpoint", async () => {
      const passthrough = { loadBalancer: { simple: "PASSTHROUGH" } };
      expect(await judge(destinationRule({ trafficPolicy: { ...passthrough, ...tcpOnly } }))).to.deep.equal({
        violations: [],
      });
      expect(await judge(destinationRule({ trafficPolicy: passthrough }))).to.deep.equal({
        violations: [
          catalog(
            "spec.trafficPolicy.connectionPool.tcp.maxConnections is not set, so there is no limit. Set it to a number from 2 to 1024.",
          ),
        ],
      });
    });

    it("asks a subset that balances again for everything", async () => {
      const resource = destinationRule({
        trafficPolicy: { loadBalancer: { simple: "PASSTHROUGH" }, ...tcpOnly },
        subsets: [{ name: "v1", trafficPolicy: { loadBalancer: { simple: "ROUND_ROBIN" } } }],
      });
      expect((await judge(resource)).violations).to.deep.equal([
        http(
          "http1MaxPendingRequests",
          "is not set, so there is no limit. Set it to a number from 2 to 1024.",
        ),
        http("http2MaxRequests", "is not set, so there is no limit. Set it to a number from 2 to 1024."),
        http("maxRetries", "is not set, so there is no limit. Set it to a number from 1 to 10."),
        catalog(`spec.trafficPolicy.outlierDetection ${MISSING_OUTLIER}`),
      ]);
    });

    it("judges limits that are there though none is needed", async () => {
      const pool = connectionPool({ maxRetries: 99, http2MaxRequests: 5000 });
      expect(
        (await judge(annotated("tcp", trafficPolicy({ connectionPool: pool })))).violations,
      ).to.have.length(2);
    });
  });

  it("leaves hosts of the outside world alone, and judges wildcards that reach the mesh", async () => {
    for (const host of ["api.example.com", "*.example.com"]) {
      expect(await judge(destinationRule({ host, trafficPolicy: {} }))).to.deep.equal({ violations: [] });
    }
    for (const host of ["*", "*.local", "*.shop.svc.cluster.local", "catalog.shop.svc.cluster.local"]) {
      expect((await judge(destinationRule({ host, trafficPolicy: {} }))).violations, host).to.have.length(5);
    }
    const own = destinationRule({ host: "db.internal.example", trafficPolicy: {} });
    expect((await judge(own, { meshDomains: ["internal.example"] })).violations).to.have.length(5);
  });

  it("judges every API version, and of a patch only what it changes", async () => {
    const { props, name } = destinationRule({
      trafficPolicy: { outlierDetection: { maxEjectionPercent: 100 } },
    });
    for (const version of ["v1", "v1beta1", "v1alpha3"]) {
      const resource = { type: `kubernetes:networking.istio.io/${version}:DestinationRule`, name, props };
      expect((await judge(resource)).violations).to.have.length(5);
      expect(await judge(asPatch(resource))).to.deep.equal({
        violations: [outlier("maxEjectionPercent", "is 100, above the limit of 50. Set it to at most 50.")],
      });
    }
  });

  it("takes the organization's limits", async () => {
    const limits = {
      maxConnections: 50,
      http1MaxPendingRequests: 5000,
      maxEjectionPercent: 30,
      longestInterval: "20s",
    };
    const pool = connectionPool({ http1MaxPendingRequests: 4000 });
    expect(await judge(rule({ connectionPool: pool }), limits)).to.deep.equal({
      violations: [
        catalog(
          "spec.trafficPolicy.connectionPool.tcp.maxConnections is 100, above the limit of 50. Set it to at most 50.",
        ),
        outlier("maxEjectionPercent", "is 50, above the limit of 30. Set it to at most 30."),
        outlier("interval", "is 30s, above the limit of 20s. Set it to a duration from 1s to 20s."),
      ],
    });
  });

  it("fails on a setting that does not exist, rather than limiting nothing", async () => {
    const error = await judge(destinationRule(), { maxConections: 50 }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(
      /^Policy bound-circuit-breakers has no setting maxConections\. Its settings are consecutiveErrors, .*meshDomains/,
    );
  });

  it("reports what is known beside unknown values, then says what is open", async () => {
    const at = (path: string) => catalog(`string value at .${path} can't be known during preview`);
    const pool = connectionPool({ http1MaxPendingRequests: unknown, maxRetries: 99 });
    expect(await judge(rule({ connectionPool: pool }))).to.deep.equal({
      violations: [http("maxRetries", "is 99, above the limit of 10. Set it to at most 10.")],
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

  it("does not concern other resources", async () => {
    const type = "kubernetes:networking.istio.io/v1:VirtualService";
    expect(await judge({ type, name: "x", props: {} })).to.deep.equal({
      violations: [],
      notApplicable: `Circuit breakers are present and bounded does not concern ${type}`,
    });
  });
});
