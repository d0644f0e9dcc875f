import { expect } from "chai";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { platforms } from "../../platforms";
import { catalog, type PolicyCortexOptions } from "../../platforms/policycortex/catalog";
import { findIn, rendered } from "./rendered";

// What follows is the platform's document, example by example; NOTES.md says where it is another one there.

const render = (options: PolicyCortexOptions = {}): Manifest[] => rendered(catalog(options));

let objects: Manifest[];

function find(kind: string, name: string, namespace = "policycortex", among = objects): Manifest {
  return findIn(among, kind, name, namespace);
}

interface Route {
  name: string;
  match?: object[];
  route: object[];
  timeout: string;
  retries: object;
}

function routes(name: string, among = objects): Route[] {
  return (find("VirtualService", name, "policycortex", among).spec as { http: Route[] }).http;
}

interface TrafficPolicy {
  connectionPool: object;
  loadBalancer: object;
  outlierDetection: object;
  retryBudget: object;
  tls: object;
}

const policy = (name: string): TrafficPolicy =>
  (find("DestinationRule", name).spec as { trafficPolicy: TrafficPolicy }).trafficPolicy;

const host = "app.policycortex.example.com";
const ingress = "cluster.local/ns/istio-ingress/sa/istio-ingress";
const account = (name: string): string => `cluster.local/ns/policycortex/sa/${name}`;

/** Port, balancing and timeout of each service; all but the names are chosen, where the document is silent. */
const services: [name: string, port: number, simple: string, timeout: string, perTry: string][] = [
  ["core-api", 8080, "LEAST_REQUEST", "15s", "3750ms"],
  ["frontend", 3000, "ROUND_ROBIN", "30s", "7500ms"],
  ["graphql-gateway", 4000, "LEAST_REQUEST", "10s", "2500ms"],
  ["python-services", 8000, "RANDOM", "15s", "3750ms"],
];
const names = services.map(([name]) => name);

describe("policycortex", () => {
  before(() => {
    objects = render();
  });

  it("has the diagram's four services, each with an account, in its namespace", () => {
    for (const kind of ["ServiceAccount", "Service", "DestinationRule", "VirtualService", "Sidecar"]) {
      const found = objects
        .filter((object) => object.kind === kind && object.metadata.name !== host)
        .map(({ metadata }) => metadata.name);
      expect(found, kind).to.deep.equal(names);
    }
    const namespace = objects.find(({ kind }) => kind === "Namespace");
    expect(namespace?.metadata.name).to.equal("policycortex");
    expect(namespace?.metadata.labels).to.include({ "istio-injection": "enabled" });
  });

  for (const [name, port, simple, timeout, perTryTimeout] of services) {
    describe(name, () => {
      it("has its port", () => {
        expect(find("Service", name)).to.have.deep.nested.property("spec.ports", [
          { name: "http", port, targetPort: port, protocol: "TCP", appProtocol: "http" },
        ]);
      });

      it("has the document's circuit breaker, under trafficPolicy, with bounded connections and retries", () => {
        expect(policy(name)).to.deep.equal({
          tls: { mode: "ISTIO_MUTUAL" },
          connectionPool: {
            tcp: { maxConnections: 100, connectTimeout: "5s" },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 1000, maxRetries: 3 },
          },
          loadBalancer: { simple, localityLbSetting: { enabled: false } },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "30s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
          retryBudget: { percent: 20, minRetryConcurrency: 3 },
        });
      });

      it("is retried with exponential backoff, within its timeout", () => {
        const main = routes(name).at(-1);
        expect(main?.timeout).to.equal(timeout);
        expect(main?.retries).to.deep.equal({
          attempts: 3,
          backoff: "100ms",
          perTryTimeout,
          retryOn: "gateway-error,connect-failure,refused-stream",
        });
      });

      it("has the document's resources for its proxies", () => {
        const deployments = objects.filter(
          ({ kind, metadata }) => kind === "Deployment" && metadata.labels?.app === name,
        );
        expect(deployments).to.have.lengthOf(["core-api", "frontend"].includes(name) ? 2 : 1);
        for (const { spec } of deployments) {
          const { annotations } = (spec as { template: { metadata: { annotations: object } } }).template
            .metadata;
          const drain = { frontend: 30, "graphql-gateway": 10 }[name] ?? 15;
          expect(annotations).to.deep.equal({
            "proxy.istio.io/config": `terminationDrainDuration: ${drain}s`,
            "sidecar.istio.io/proxyCPU": "100m",
            "sidecar.istio.io/proxyMemory": "128Mi",
            "sidecar.istio.io/proxyCPULimit": "2000m",
            "sidecar.istio.io/proxyMemoryLimit": "1024Mi",
          });
        }
      });
    });
  }

  describe("canary", () => {
    const destination = (subset: string): object => ({
      host: "core-api.policycortex.svc.cluster.local",
      port: { number: 8080 },
      subset,
    });
    const split = (v1: number, v2: number): object[] =>
      [
        { destination: destination("v1"), weight: v1 },
        { destination: destination("v2"), weight: v2 },
      ].filter(({ weight }) => weight > 0);
    const chosen = [{ destination: destination("v2"), weight: 100 }];

    it("gets all requests with the header canary and 10 of 100 others, as in the example", () => {
      const headers = { canary: { exact: "true" } };
      const method = { regex: "POST|PATCH" };
      expect(routes("core-api").map(({ match, route }) => [match, route])).to.deep.equal([
        [[{ headers, method }], chosen],
        [[{ headers }], chosen],
        [[{ method }], split(90, 10)],
        [undefined, split(90, 10)],
      ]);
    });

    it("gets them from outside as well", () => {
      const fromOutside = routes(host).filter(({ name }) => name.startsWith("/api/v1"));
      expect(fromOutside.map(({ name, route }) => [name, route])).to.deep.equal([
        ["/api/v1 canary=true POST|PATCH", chosen],
        ["/api/v1 canary=true", chosen],
        ["/api/v1 POST|PATCH", split(90, 10)],
        ["/api/v1", split(90, 10)],
      ]);
    });

    for (const weight of [0, 50, 100]) {
      it(`goes on to ${weight}`, () => {
        const main = routes("core-api", render({ canaryWeight: weight })).at(-1);
        expect(main?.route).to.deep.equal(split(100 - weight, weight));
      });
    }
  });

  it("switches between blue and green at once and back, with both running", () => {
    const subsets = (among: Manifest[]): unknown[] => [
      ...new Set(
        [
          ...routes("frontend", among),
          ...routes(host, among).filter(({ name }) => /^\/( |$)/.test(name)),
        ].map(({ route }) => JSON.stringify(route)),
      ),
    ];
    const all = (subset: string): string[] => [
      JSON.stringify([
        {
          destination: {
            host: "frontend.policycortex.svc.cluster.local",
            port: { number: 3000 },
            subset,
          },
          weight: 100,
        },
      ]),
    ];
    expect(subsets(objects)).to.deep.equal(all("blue"));
    expect(subsets(render({ frontend: "green" }))).to.deep.equal(all("green"));
    for (const [colour, tag] of [
      ["blue", "v1"],
      ["green", "v2"],
    ] as const) {
      expect(find("Deployment", `frontend-${colour}`)).to.have.nested.property("spec.replicas", 3);
      expect(find("Deployment", `frontend-${colour}`)).to.have.nested.property(
        "spec.template.spec.containers[0].image",
        `registry.policycortex.example.com/frontend:${tag}`,
      );
    }
  });

  describe("security", () => {
    const rule = (principal: string, operation: object, when?: object[]): object => ({
      from: [{ source: { principals: [principal] } }],
      to: [{ operation }],
      ...(when && { when }),
    });
    const rules = (name: string): unknown =>
      (find("AuthorizationPolicy", name).spec as { rules: unknown }).rules;

    it("is STRICT in the namespace", () => {
      expect(find("PeerAuthentication", "default", "policycortex").spec).to.deep.equal({
        mtls: { mode: "STRICT" },
      });
    });

    it("denies what nothing allows", () => {
      expect(find("AuthorizationPolicy", "default-deny").spec).to.deep.equal({});
    });

    it("lets the frontend call core-api as in the example, and the gateway with a token", () => {
      const operation = { ports: ["8080"], methods: ["GET", "POST"], paths: ["/api/v1", "/api/v1/*"] };
      expect(find("AuthorizationPolicy", "core-api")).to.have.deep.nested.property("spec.selector", {
        matchLabels: { app: "core-api" },
      });
      expect(rules("core-api")).to.deep.equal([
        rule(ingress, operation, [
          { key: "request.auth.claims[iss]", values: ["https://auth.policycortex.example.com"] },
        ]),
        rule(account("frontend"), operation),
      ]);
    });

    it("follows the diagram's other arrows, and no more", () => {
      expect(rules("frontend")).to.deep.equal([
        rule(ingress, { ports: ["3000"], methods: ["GET", "HEAD", "POST"] }),
      ]);
      for (const [name, port] of [
        ["graphql-gateway", "4000"],
        ["python-services", "8000"],
      ] as const) {
        expect(rules(name)).to.deep.equal([
          rule(account("core-api"), { ports: [port], methods: ["GET", "POST"] }),
        ]);
      }
    });

    it("validates tokens in front of every workload", () => {
      expect(find("RequestAuthentication", "default").spec).to.deep.equal({
        jwtRules: [
          {
            issuer: "https://auth.policycortex.example.com",
            jwksUri: "https://auth.policycortex.example.com/.well-known/jwks.json",
            forwardOriginalToken: true,
          },
        ],
      });
      const other = render({ issuer: "https://login.example.com" });
      expect(find("RequestAuthentication", "default", "policycortex", other)).to.have.nested.property(
        "spec.jwtRules[0].issuer",
        "https://login.example.com",
      );
    });

    it("segments the network: default deny, Istio's own needs, and the diagram's arrows at both ends", () => {
      const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
      expect(policies.map(({ metadata }) => metadata.name)).to.deep.equal([
        "allow-istio",
        "core-api",
        "default-deny",
        "frontend",
        "graphql-gateway",
        "python-services",
      ]);
      expect(find("NetworkPolicy", "default-deny").spec).to.deep.equal({
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
      });
      const pods = (namespace: string, labels: object): object => ({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        podSelector: { matchLabels: labels },
      });
      const app = (name: string): object => pods("policycortex", { app: name });
      const ports = (port: number): object[] => [{ protocol: "TCP", port }];
      const gateway = pods("istio-ingress", { istio: "ingress" });
      const calls = (name: string): unknown => {
        const { ingress: from, egress: to } = find("NetworkPolicy", name).spec as Record<string, unknown>;
        return [from, to];
      };
      expect(calls("frontend")).to.deep.equal([
        [{ from: [gateway], ports: ports(3000) }],
        [{ to: [app("core-api")], ports: ports(8080) }],
      ]);
      expect(calls("core-api")).to.deep.equal([
        [
          { from: [gateway], ports: ports(8080) },
          { from: [app("frontend")], ports: ports(8080) },
        ],
        [
          { to: [app("graphql-gateway")], ports: ports(4000) },
          { to: [app("python-services")], ports: ports(8000) },
        ],
      ]);
      expect(calls("python-services")).to.deep.equal([
        [{ from: [app("core-api")], ports: ports(8000) }],
        undefined,
      ]);
    });
  });

  it("limits what core-api takes", () => {
    const filters = objects.filter(({ kind }) => kind === "EnvoyFilter");
    expect(filters.map(({ metadata }) => metadata.name)).to.deep.equal(["core-api-rate-limit"]);
    expect(JSON.stringify(filters[0])).to.include('"tokens_per_fill":100').and.to.include('"max_tokens":200');
  });

  it("serves its host over TLS, and redirects to it", () => {
    expect(find("Gateway", "policycortex-gateway")).to.have.deep.nested.property("spec.servers", [
      { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [host], tls: { httpsRedirect: true } },
      {
        port: { number: 443, name: "https-policycortex-cert-tlsv1-2", protocol: "HTTPS" },
        hosts: [host],
        tls: { mode: "SIMPLE", credentialName: "policycortex-cert", minProtocolVersion: "TLSV1_2" },
      },
    ]);
  });

  it("reports metrics, traces and access logs; three pods and 1 % in production, one and all elsewhere", () => {
    const dev = render({ environment: "dev" });
    const telemetry = (sampling: number): object => ({
      metrics: [{ providers: [{ name: "prometheus" }] }],
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: sampling }],
      accessLogging: [{ providers: [{ name: "envoy" }] }],
    });
    expect(find("Telemetry", "default").spec).to.deep.equal(telemetry(1));
    expect(find("Telemetry", "default", "policycortex", dev).spec).to.deep.equal(telemetry(100));
    const pods = (among: Manifest[]): unknown[] =>
      among
        .filter(({ kind }) => kind === "Deployment")
        .map(({ spec }) => (spec as { replicas: number }).replicas);
    expect(pods(objects)).to.deep.equal([3, 3, 3, 3, 3, 3]);
    expect(pods(dev)).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });

  it("accepts that requests are retried along its paths, and nothing else", () => {
    const rest = { ...catalog(), suppressions: [] };
    expect(checkMesh(rest).findings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal([
      "MW404 policycortex-gateway → frontend → core-api: (1+3) × (1+3) = 16 requests at core-api for one at policycortex-gateway",
      "MW404 policycortex-gateway → frontend → core-api → graphql-gateway: (1+3) × (1+3) × (1+3) = 64 requests at graphql-gateway for one at policycortex-gateway",
      "MW404 policycortex-gateway → frontend → core-api → python-services: (1+3) × (1+3) × (1+3) = 64 requests at python-services for one at policycortex-gateway",
    ]);
  });

  it("takes its options from a stack, and refuses what isn't one", () => {
    const { options } = platforms.policycortex;
    const chosen = { canaryWeight: 25, frontend: "green", issuer: "https://login.example.com" };
    expect(options.safeParse(chosen)).to.deep.include({ success: true, data: chosen });
    for (const wrong of [{ frontend: "red" }, { canaryWeight: 101 }, { issuer: "login" }, { hosts: [] }]) {
      expect(options.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
    }
    expect(platforms.policycortex.catalog("dev", { frontend: "green" })).to.deep.equal(
      catalog({ environment: "dev", frontend: "green" }),
    );
  });
});
