import { expect } from "chai";
import { workloadSecrets } from "../../catalog";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { type AlfredOptions, catalog } from "../../platforms/alfred/catalog";
import { planOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { findIn, meshOf, rendered } from "./rendered";

// The tables below are the platform's document, cell by cell; NOTES.md says why a cell is another one there.

const render = (options: AlfredOptions = {}): Manifest[] => rendered(catalog(options));

let objects: Manifest[];

function find(kind: string, name: string, namespace = "alfred-platform", among = objects): Manifest {
  return findIn(among, kind, name, namespace);
}

interface Route {
  name: string;
  match?: object[];
  rewrite?: object;
  route: object[];
  timeout?: string;
  retries?: { attempts: number; perTryTimeout?: string; retryOn?: string };
  fault?: object;
}

function routes(name: string, among = objects): Route[] {
  return (find("VirtualService", name, "alfred-platform", among).spec as { http: Route[] }).http;
}

/** The route for everything that no other route of the service is about. */
function mainRoute(name: string): Route {
  const last = routes(name).at(-1);
  if (!last) throw new Error(`${name} has no route`);
  return last;
}

interface TrafficPolicy {
  connectionPool: { tcp: Record<string, unknown>; http?: Record<string, unknown> };
  outlierDetection: Record<string, unknown>;
  loadBalancer: Record<string, unknown>;
  retryBudget?: object;
  tls: object;
}

function policy(name: string): TrafficPolicy {
  return (find("DestinationRule", name).spec as { trafficPolicy: TrafficPolicy }).trafficPolicy;
}

const names = [
  "agent-core",
  "agent-financial",
  "agent-legal",
  "agent-rag",
  "agent-social",
  "api-gateway",
  "database",
  "redis",
  "ui-service",
  "vector-db",
];
const agents = ["agent-core", "agent-rag", "agent-financial", "agent-legal", "agent-social"];

describe("alfred", () => {
  before(() => {
    objects = render();
  });

  it("has nine services and the vector database of the document's trace, each with an account and a scope", () => {
    for (const kind of ["ServiceAccount", "Service", "DestinationRule", "Sidecar"]) {
      const found = objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      expect(found, kind).to.deep.equal(names);
    }
  });

  it("has the ports of the document", () => {
    expect(find("Service", "agent-core").spec).to.deep.equal({
      selector: { app: "agent-core" },
      ports: [{ name: "http", port: 8011, targetPort: 8011, protocol: "TCP", appProtocol: "http" }],
    });
    expect(find("Service", "agent-rag")).to.have.nested.property("spec.ports[0].port", 8501);
  });

  it("gives agent-core's pods the document's annotations, and injects by a label of the namespace", () => {
    for (const version of ["v1", "v2"]) {
      const template = (
        find("Deployment", `agent-core-${version}`).spec as { template: { metadata: object } }
      ).template;
      expect(template.metadata).to.deep.equal({
        labels: { app: "agent-core", version },
        annotations: {
          "proxy.istio.io/config": "terminationDrainDuration: 10s",
          "sidecar.istio.io/proxyCPU": "100m",
          "sidecar.istio.io/proxyMemory": "128Mi",
          "traffic.sidecar.istio.io/includeInboundPorts": "8011",
          "traffic.sidecar.istio.io/excludeOutboundPorts": "443,9092",
        },
      });
    }
    const bypassing = objects.filter((object) => JSON.stringify(object).includes("excludeOutboundPorts"));
    expect(bypassing.map(({ metadata }) => metadata.name)).to.deep.equal(["agent-core-v1", "agent-core-v2"]);
    const namespace = objects.find(({ kind }) => kind === "Namespace");
    expect(namespace?.metadata.labels).to.include({ "istio-injection": "enabled" });
  });

  describe("circuit breaking", () => {
    const table: [string, number, number, number, number, number, string][] = [
      ["agent-core", 100, 1000, 10, 3, 5, "30s"],
      ["agent-rag", 100, 1000, 10, 3, 5, "30s"],
      ["agent-financial", 50, 500, 10, 3, 5, "30s"],
      ["agent-legal", 50, 500, 10, 3, 5, "30s"],
      ["agent-social", 50, 500, 10, 3, 5, "30s"],
    ];
    for (const [name, connections, pending, perConnection, retries, errors, ejection] of table) {
      it(name, () => {
        const { connectionPool, outlierDetection, retryBudget } = policy(name);
        expect(connectionPool.tcp.maxConnections).to.equal(connections);
        expect(connectionPool.http).to.include({
          http1MaxPendingRequests: pending,
          maxRequestsPerConnection: perConnection,
          maxRetries: retries,
        });
        expect(retryBudget).to.deep.equal({ percent: 20, minRetryConcurrency: retries });
        expect(outlierDetection).to.deep.equal({
          consecutive5xxErrors: errors,
          interval: "30s",
          baseEjectionTime: ejection,
          maxEjectionPercent: 100,
        });
      });
    }

    it("is bounded for every other service as well", () => {
      for (const name of names) {
        const { connectionPool, outlierDetection } = policy(name);
        expect(connectionPool.tcp.maxConnections, name).to.be.within(1, 100);
        const failsOver = table.some(([one]) => one === name);
        expect(outlierDetection.maxEjectionPercent, name).to.equal(failsOver ? 100 : 50);
      }
    });
  });

  describe("timeouts", () => {
    const table: [string, string | undefined, string, string][] = [
      ["agent-core", "10s", "5s", "1h"],
      ["agent-rag", "30s", "5s", "1h"],
      ["agent-financial", "20s", "5s", "1h"],
      ["agent-legal", "20s", "5s", "1h"],
      ["agent-social", "20s", "5s", "1h"],
      ["database", undefined, "3s", "1h"],
      ["redis", undefined, "1s", "1h"],
    ];
    for (const [name, request, connect, idle] of table) {
      it(name, () => {
        const { connectionPool } = policy(name);
        expect(connectionPool.tcp.connectTimeout).to.equal(connect);
        if (request === undefined) {
          expect(connectionPool).to.deep.equal({
            tcp: { maxConnections: 100, connectTimeout: connect, idleTimeout: idle },
          });
          expect(() => find("VirtualService", name)).to.throw(
            `there is no VirtualService alfred-platform/${name}`,
          );
          return;
        }
        expect(connectionPool.http?.idleTimeout).to.equal(idle);
        expect(mainRoute(name).timeout).to.equal(request);
      });
    }

    it("of ui-service, which the document leaves open, gives agent-core its 10s to answer", () => {
      expect(mainRoute("ui-service").timeout).to.equal("15s");
    });

    it("of agent-core's own calls end when its callers give up", () => {
      for (const name of ["agent-rag", "agent-financial", "agent-legal", "agent-social"]) {
        const own = routes(name).filter((route) => route.name.startsWith("from agent-core"));
        expect(own.map(({ timeout, match }) => [timeout, match])).to.deep.equal([
          [
            "10s",
            [
              {
                sourceLabels: { app: "agent-core" },
                sourceNamespace: "alfred-platform",
                method: { regex: "POST|PATCH" },
              },
            ],
          ],
          ["10s", [{ sourceLabels: { app: "agent-core" }, sourceNamespace: "alfred-platform" }]],
        ]);
      }
    });
  });

  describe("retries", () => {
    const table: [string, number, string, string][] = [
      ["agent-core", 3, "2s", "gateway-error,connect-failure,refused-stream"],
      ["agent-rag", 3, "7500ms", "gateway-error,connect-failure,refused-stream"],
      ["agent-financial", 2, "1s", "gateway-error,connect-failure"],
      ["agent-legal", 2, "1s", "gateway-error,connect-failure"],
      ["agent-social", 2, "1s", "gateway-error,connect-failure"],
    ];
    for (const [name, attempts, perTryTimeout, retryOn] of table) {
      it(name, () => {
        expect(mainRoute(name).retries).to.deep.equal({ attempts, perTryTimeout, retryOn });
        const unsafe = routes(name).at(-2);
        expect(unsafe?.match).to.deep.equal([{ method: { regex: "POST|PATCH" } }]);
        expect(unsafe?.retries).to.deep.equal({ attempts, retryOn: retryOn.replace("gateway-error,", "") });
      });
    }

    it("are Istio's own where the document has none", () => {
      for (const name of ["api-gateway", "ui-service", "vector-db"]) {
        expect(mainRoute(name), name).to.not.have.property("retries");
        expect(routes(name), name).to.have.lengthOf(1);
      }
    });
  });

  describe("load balancing", () => {
    const locality = { enabled: true, failover: [{ from: "us-west", to: "us-east" }] };
    const table: [string, string, boolean][] = [
      ["agent-core", "LEAST_REQUEST", true],
      ["agent-rag", "LEAST_REQUEST", true],
      ["agent-financial", "ROUND_ROBIN", true],
      ["agent-legal", "ROUND_ROBIN", true],
      ["agent-social", "ROUND_ROBIN", true],
      ["database", "PASSTHROUGH", false],
      ["redis", "PASSTHROUGH", false],
    ];
    for (const [name, simple, aware] of table) {
      it(name, () => {
        expect(policy(name).loadBalancer).to.deep.equal({
          simple,
          localityLbSetting: aware ? locality : { enabled: false },
        });
      });
    }
  });

  describe("canary", () => {
    const host = "agent-core.alfred-platform.svc.cluster.local";
    const split = (v1: number, v2: number): object[] =>
      [
        { destination: { host, port: { number: 8011 }, subset: "v1" }, weight: v1 },
        { destination: { host, port: { number: 8011 }, subset: "v2" }, weight: v2 },
      ].filter(({ weight }) => weight > 0);

    it("has a subset and a Deployment for each version", () => {
      expect(find("DestinationRule", "agent-core")).to.have.deep.nested.property("spec.subsets", [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
      ]);
      expect(find("Deployment", "agent-core-v2").metadata.labels).to.include({
        app: "agent-core",
        version: "v2",
      });
    });

    it("gets 10 of 100 requests, inside the mesh and through the gateway", () => {
      const fromOutside = routes("api.alfred-platform.example.com").filter(({ name }) =>
        name.startsWith("/api/core"),
      );
      expect(fromOutside).to.have.lengthOf(2);
      for (const { route } of [...routes("agent-core"), ...fromOutside])
        expect(route).to.deep.equal(split(90, 10));
    });

    for (const [weight, expected] of [
      [0, split(100, 0)],
      [50, split(50, 50)],
      [100, split(0, 100)],
    ] as const) {
      it(`goes on to ${weight}`, () => {
        for (const { route } of routes("agent-core", render({ canaryWeight: weight }))) {
          expect(route).to.deep.equal(expected);
        }
      });
    }
  });

  describe("authentication", () => {
    it("is STRICT in the namespace, and callers use it", () => {
      expect(find("PeerAuthentication", "default", "alfred-platform").spec).to.deep.equal({
        mtls: { mode: "STRICT" },
      });
      for (const name of names) expect(policy(name).tls, name).to.deep.equal({ mode: "ISTIO_MUTUAL" });
    });

    it("of end users knows the document's issuer, for every workload of the namespace", () => {
      expect(find("RequestAuthentication", "default").spec).to.deep.equal({
        jwtRules: [
          {
            issuer: "https://auth.alfred-platform.example.com",
            jwksUri: "https://auth.alfred-platform.example.com/.well-known/jwks.json",
            forwardOriginalToken: true,
          },
        ],
      });
    });
  });

  describe("authorization", () => {
    const account = (name: string): string => `cluster.local/ns/alfred-platform/sa/${name}`;
    const ingress = "cluster.local/ns/istio-ingress/sa/istio-ingress";
    const operators = [{ key: "request.auth.claims[roles]", values: ["admin", "operator"] }];
    const rule = (principal: string, operation: object, when?: object[]): object => ({
      from: [{ source: { principals: [principal] } }],
      to: [{ operation }],
      ...(when && { when }),
    });
    const rules = (name: string): unknown =>
      (find("AuthorizationPolicy", name).spec as { rules: unknown }).rules;

    it("denies what nothing allows", () => {
      expect(find("AuthorizationPolicy", "default-deny").spec).to.deep.equal({});
    });

    it("lets ui-service and the gateway reach agent-core for admins and operators", () => {
      const methods = ["GET", "POST"];
      expect(rules("agent-core")).to.deep.equal([
        rule(ingress, { ports: ["8011"], methods }, operators),
        rule(account("ui-service"), { ports: ["8011"], methods, paths: ["/api/*"] }, operators),
      ]);
    });

    it("lets the gateway reach agent-rag with a token", () => {
      expect(rules("agent-rag")).to.deep.include(
        rule(ingress, { ports: ["8501"], methods: ["GET", "POST"] }, [
          { key: "request.auth.claims[iss]", values: ["https://auth.alfred-platform.example.com"] },
        ]),
      );
    });

    it("opens api-gateway's public paths to the outside, and four methods to the platform", () => {
      const methods = ["DELETE", "GET", "POST", "PUT"];
      expect(rules("api-gateway")).to.deep.equal([
        rule(ingress, { ports: ["8080"], methods: ["GET", "POST"], paths: ["/api/public", "/api/public/*"] }),
        ...["agent-core", "agent-financial", "agent-legal", "agent-rag", "agent-social", "ui-service"].map(
          (name) => rule(account(name), { ports: ["8080"], methods }),
        ),
      ]);
    });

    it("admits exactly three callers to the database", () => {
      expect(rules("database")).to.deep.equal(
        ["agent-core", "agent-financial", "agent-legal"].map((name) =>
          rule(account(name), { ports: ["5432"] }),
        ),
      );
    });

    it("follows the document's trace", () => {
      const callers = (name: string): string => JSON.stringify(rules(name));
      expect(callers("agent-core")).to.include(ingress);
      expect(callers("agent-rag")).to.include(account("agent-core"));
      expect(callers("vector-db")).to.include(account("agent-rag"));
      expect(callers("agent-financial")).to.include(account("agent-core"));
      expect(callers("database")).to.include(account("agent-financial"));
    });
  });

  describe("gateway", () => {
    const host = "api.alfred-platform.example.com";

    it("redirects HTTP and serves HTTPS with the document's certificate", () => {
      expect(find("Gateway", "alfred-platform-gateway").spec).to.deep.equal({
        selector: { istio: "ingress" },
        servers: [
          {
            port: { number: 80, name: "http", protocol: "HTTP" },
            hosts: [host],
            tls: { httpsRedirect: true },
          },
          {
            port: { number: 443, name: "https-alfred-platform-cert-tlsv1-2", protocol: "HTTPS" },
            hosts: [host],
            tls: { mode: "SIMPLE", credentialName: "alfred-platform-cert", minProtocolVersion: "TLSV1_2" },
          },
        ],
      });
    });

    it("routes /api/core and /api/rag without their prefix, and /api/public as it is, with the services' limits", () => {
      expect(find("VirtualService", host)).to.have.deep.nested.property("spec.gateways", [
        "alfred-platform-gateway",
      ]);
      const summary = routes(host).map(({ name, rewrite, timeout, retries }) => [
        name,
        rewrite,
        timeout,
        retries?.attempts,
      ]);
      const core = { uriRegexRewrite: { match: "^/api/core/?(.*)$", rewrite: "/\\1" } };
      const rag = { uriRegexRewrite: { match: "^/api/rag/?(.*)$", rewrite: "/\\1" } };
      expect(summary).to.deep.equal([
        ["/api/public", undefined, "10s", undefined],
        ["/api/core POST|PATCH", core, "10s", 3],
        ["/api/core", core, "10s", 3],
        ["/api/rag POST|PATCH", rag, "30s", 3],
        ["/api/rag", rag, "30s", 3],
      ]);
    });
  });

  it("reports the document's four metrics, traces and access logs", () => {
    const metric = (name: string): object => ({ match: { metric: name, mode: "CLIENT_AND_SERVER" } });
    expect(find("Telemetry", "default").spec).to.deep.equal({
      metrics: [
        {
          providers: [{ name: "prometheus" }],
          overrides: ["REQUEST_COUNT", "REQUEST_DURATION", "REQUEST_SIZE", "RESPONSE_SIZE"].map(metric),
        },
      ],
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: 1 }],
      accessLogging: [{ providers: [{ name: "envoy" }] }],
    });
    expect(
      find("Telemetry", "default", "alfred-platform", render({ environment: "dev" })),
    ).to.have.nested.property("spec.tracing[0].randomSamplingPercentage", 100);
  });

  describe("fault injection", () => {
    it("is off by default", () => {
      expect(JSON.stringify(objects)).to.not.include('"fault"');
    });

    it("is put into agent-rag's one VirtualService when asked for", () => {
      const faulty = render({ environment: "dev", faultInjection: true });
      for (const { fault } of routes("agent-rag", faulty)) {
        expect(fault).to.deep.equal({
          delay: { percentage: { value: 10 }, fixedDelay: "7s" },
          abort: { percentage: { value: 5 }, httpStatus: 500 },
        });
      }
      const others = faulty.filter(
        ({ metadata }) => !["agent-rag", "api.alfred-platform.example.com"].includes(metadata.name),
      );
      expect(JSON.stringify(others)).to.not.include('"fault"');
    });

    it("is refused in production", () => {
      const { findings, mesh } = checkMesh(catalog({ environment: "prod", faultInjection: true }));
      expect(findings.map(({ code, path }) => [code, path])).to.deep.equal([
        ["MW203", "services.agent-rag.traffic.fault"],
      ]);
      expect(mesh).to.equal(undefined);
    });
  });

  it("runs three pods of each of its own services in production and one elsewhere", () => {
    const pods = (among: Manifest[]): unknown[] =>
      among
        .filter(
          ({ kind, metadata }) =>
            kind === "Deployment" && agents.some((name) => metadata.name.startsWith(name)),
        )
        .map(({ spec }) => (spec as { replicas: number }).replicas);
    expect(pods(objects)).to.deep.equal([3, 3, 3, 3, 3, 3]);
    expect(pods(render({ environment: "dev" }))).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });

  for (const environment of ["dev", "prod"]) {
    it(`installs istiod with the document's requests in ${environment}`, () => {
      const { controlPlane } = planOf(
        readSettings(platformList, { get: (key) => ({ platform: "alfred", environment })[key] }),
      );
      expect(controlPlane.istiod?.resources).to.deep.equal({ requests: { cpu: "500m", memory: "2048Mi" } });
    });
  }

  it("lets PostgreSQL start: as the user of its image, with a generated password and a volume", () => {
    const { template } = find("Deployment", "database").spec as { template: { spec: unknown } };
    expect(template.spec).to.deep.equal({
      serviceAccountName: "database",
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 999,
        fsGroup: 999,
        seccompProfile: { type: "RuntimeDefault" },
      },
      terminationGracePeriodSeconds: 35,
      containers: [
        {
          name: "database",
          image: "postgres:17.6",
          ports: [{ name: "tcp-postgres", containerPort: 5432 }],
          env: [
            { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
            {
              name: "POSTGRES_PASSWORD",
              valueFrom: { secretKeyRef: { name: "database-superuser", key: "password" } },
            },
          ],
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }],
        },
      ],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { app: "database", version: "v1" } },
        },
      ],
      volumes: [{ name: "data", emptyDir: {} }],
    });
    expect(workloadSecrets(meshOf(catalog()))).to.deep.equal([
      { namespace: "alfred-platform", name: "database-superuser", keys: ["password"], generated: true },
    ]);
  });

  it("runs the other data stores as the users of their images, without volumes", () => {
    for (const [name, runAsUser] of [
      ["redis", 999],
      ["vector-db", 1000],
    ] as const) {
      const deployment = find("Deployment", name);
      expect(deployment, name).to.have.nested.property(
        "spec.template.spec.securityContext.runAsUser",
        runAsUser,
      );
      expect(deployment, name).to.not.have.nested.property("spec.template.spec.volumes");
      expect(deployment, name).to.not.have.nested.property("spec.template.spec.containers[0].env");
    }
  });

  it("drains each pod for as long as its longest call may take", () => {
    const terminations = meshOf(catalog()).services.flatMap(({ workloads }) =>
      workloads.map(({ name, termination: { preStop, drain, gracePeriod } }) => [
        name,
        preStop,
        drain,
        gracePeriod,
      ]),
    );
    expect(terminations).to.deep.equal([
      ["agent-core-v1", 5, 10, 30],
      ["agent-core-v2", 5, 10, 30],
      ["agent-financial", 5, 10, 30],
      ["agent-legal", 5, 10, 30],
      ["agent-rag", 5, 30, 35],
      ["agent-social", 5, 10, 30],
      ["api-gateway", 5, 10, 30],
      ["database", 5, 30, 35],
      ["redis", 5, 30, 35],
      ["ui-service", 0, 5, 30],
      ["vector-db", 5, 10, 30],
    ]);
  });

  it("leaves tokens of service accounts to the chart's default, and generates Kiali's key once", () => {
    const { controlPlane, observability } = planOf(
      readSettings(platformList, { get: (key) => ({ platform: "alfred", environment: "prod" })[key] }),
    );
    expect(controlPlane.istiod?.global).to.not.have.property("jwtPolicy");
    expect(observability?.plan.releases.kiali.values).to.deep.include({
      auth: { strategy: "token" },
      login_token: { signing_key: "secret:kiali-signing-key:key" },
    });
  });

  it("accepts its warnings, each with its reason", () => {
    const { suppressions = [], ...rest } = catalog();
    expect(suppressions.every(({ reason }) => reason.length > 20)).to.equal(true);
    expect(checkMesh(rest).findings.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "MW302 services.agent-core.sidecar.excludeOutboundPorts",
      "MW302 services.agent-core.sidecar.includeInboundPorts",
      "MW404 services.agent-financial.resilience.retries",
      "MW402 services.agent-financial.resilience.retries.perTryTimeout",
      "MW404 services.agent-legal.resilience.retries",
      "MW402 services.agent-legal.resilience.retries.perTryTimeout",
      "MW404 services.agent-rag.resilience.retries",
      "MW404 services.agent-social.resilience.retries",
      "MW402 services.agent-social.resilience.retries.perTryTimeout",
    ]);
  });
});
