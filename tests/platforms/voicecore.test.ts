import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Environment } from "../../catalog";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { controlPlaneArgs } from "../../program/controlPlane";
import { catalog, type VoiceCoreOptions } from "../../platforms/voicecore/catalog";
import { planOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { findIn, rendered } from "./rendered";

// The tables below are the platform's document, cell by cell; NOTES.md says why a cell is another one there.

const render = (options: VoiceCoreOptions = {}): Manifest[] => rendered(catalog(options));

let objects: Manifest[];

function find(kind: string, name: string, namespace = "voicecore-ai", among = objects): Manifest {
  return findIn(among, kind, name, namespace);
}

interface Route {
  name: string;
  match?: object[];
  route: object[];
  timeout?: string;
  retries?: { attempts: number; perTryTimeout?: string; retryOn?: string };
}

function routes(name: string, among = objects): Route[] {
  return (find("VirtualService", name, "voicecore-ai", among).spec as { http: Route[] }).http;
}

/** The route for everything that no other route of the service is about. */
function mainRoute(name: string): Route {
  const last = routes(name).at(-1);
  if (!last) throw new Error(`${name} has no route`);
  return last;
}

const names = [
  "ai-service",
  "analytics-service",
  "billing-service",
  "call-service",
  "crm-service",
  "gateway",
  "integration-service",
  "tenant-service",
];
const account = (name: string): string => `cluster.local/ns/voicecore-ai/sa/${name}`;

describe("voicecore", () => {
  before(() => {
    objects = render();
  });

  it("has the document's eight services, each with an account, in its namespace", () => {
    for (const kind of ["ServiceAccount", "Service", "DestinationRule", "VirtualService", "Sidecar"]) {
      const found = objects.filter(
        ({ kind: own, metadata }) => own === kind && metadata.name !== "api.voicecore.example.com",
      );
      expect(
        found.map(({ metadata }) => metadata.name),
        kind,
      ).to.deep.equal(names);
      expect([...new Set(found.map(({ metadata }) => metadata.namespace))]).to.deep.equal(["voicecore-ai"]);
    }
  });

  it("is STRICT in the namespace, and callers use it", () => {
    expect(find("PeerAuthentication", "default", "voicecore-ai").spec).to.deep.equal({
      mtls: { mode: "STRICT" },
    });
    for (const name of names) {
      expect(find("DestinationRule", name), name).to.have.deep.nested.property("spec.trafficPolicy.tls", {
        mode: "ISTIO_MUTUAL",
      });
    }
  });

  it("breaks the circuit of every service as the document does for call-service", () => {
    for (const name of names) {
      const { trafficPolicy } = find("DestinationRule", name).spec as { trafficPolicy: object };
      expect(trafficPolicy, name).to.deep.include({
        connectionPool: {
          tcp: { maxConnections: 200 },
          http: {
            http1MaxPendingRequests: 100,
            http2MaxRequests: 200,
            h2UpgradePolicy: "UPGRADE",
            maxRetries: 3,
          },
        },
        outlierDetection: {
          consecutive5xxErrors: 5,
          interval: "30s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 50,
        },
      });
    }
  });

  describe("satisfies the document's requirement", () => {
    const notes = readFileSync(join(__dirname, "..", "..", "platforms", "voicecore", "NOTES.md"), "utf8");
    const ofKind = (kind: string): Manifest[] => objects.filter((object) => object.kind === kind);
    const policies = (kind: string): Record<string, unknown>[] =>
      ofKind(kind).map(({ spec }) => (spec as { trafficPolicy: Record<string, unknown> }).trafficPolicy);

    const requirements: Record<string, () => void> = {
      "1.1 Istio service mesh implemented": () => {
        expect(ofKind("Namespace").map(({ metadata }) => metadata.labels?.["istio.io/rev"])).to.deep.equal([
          "voicecore",
        ]);
        expect(JSON.stringify(ofKind("Deployment"))).to.not.include("sidecar.istio.io/inject");
      },
      "1.2 automatic mTLS encryption": () => {
        expect(ofKind("PeerAuthentication").map(({ spec }) => spec)).to.deep.equal(
          ofKind("PeerAuthentication").map(() => ({ mtls: { mode: "STRICT" } })),
        );
        for (const { tls } of policies("DestinationRule"))
          expect(tls).to.deep.equal({ mode: "ISTIO_MUTUAL" });
      },
      "1.3 circuit breakers and retry policies": () => {
        for (const policy of policies("DestinationRule")) {
          expect(policy).to.include.keys("connectionPool", "outlierDetection");
        }
        for (const name of names) {
          expect(mainRoute(name).retries?.attempts, name).to.equal(name === "gateway" ? undefined : 3);
        }
      },
      "1.4 distributed tracing (Jaeger)": () => {
        const { controlPlane, observability } = planOf(
          readSettings(platformList, { get: (key) => ({ platform: "voicecore", environment: "prod" })[key] }),
        );
        expect(find("Telemetry", "default")).to.have.nested.property(
          "spec.tracing[0].providers[0].name",
          "jaeger",
        );
        expect(controlPlane.istiod?.meshConfig?.extensionProviders).to.deep.include({
          name: "jaeger",
          opentelemetry: { service: "jaeger.monitoring.svc.cluster.local", port: 4317 },
        });
        expect(observability?.plan.releases.jaeger).to.include({ name: "jaeger", namespace: "monitoring" });
      },
      "1.5 canary deployment support": () => {
        expect(find("DestinationRule", "call-service")).to.have.nested.property("spec.subsets.length", 2);
        expect(routes("call-service", render({ canaryWeight: 10 })).at(-1)?.route).to.have.lengthOf(2);
      },
      "1.6 zero-trust security policies": () => {
        expect(find("AuthorizationPolicy", "default-deny").spec).to.deep.equal({});
        const sources = ofKind("AuthorizationPolicy").flatMap(({ spec }) =>
          ((spec as { rules?: { from: { source: object }[] }[] }).rules ?? []).flatMap(({ from }) => from),
        );
        expect(sources).to.not.be.empty;
        for (const { source } of sources) expect(source).to.have.all.keys("principals");
        for (const { spec } of ofKind("Sidecar")) {
          expect(spec).to.have.deep.property("outboundTrafficPolicy", { mode: "REGISTRY_ONLY" });
        }
      },
      "1.7 rate limiting and quota management": () => {
        const limited = ofKind("EnvoyFilter").map(({ metadata, spec }) => [
          metadata.name,
          JSON.stringify(spec).includes('"tenant"'),
        ]);
        expect(limited).to.deep.equal([
          ["ai-service-rate-limit", true],
          ["call-service-rate-limit", false],
          ["gateway-rate-limit", true],
        ]);
      },
    };
    for (const [requirement, holds] of Object.entries(requirements)) it(requirement, holds);

    it("and the notes have the same seven", () => {
      const rows = [...notes.matchAll(/^\| (1\.\d .*?) +\|/gm)].map(([, row]) => row);
      expect(rows).to.deep.equal(Object.keys(requirements));
    });
  });

  describe("timeouts, retries and load balancing", () => {
    const table: [string, string, string, string][] = [
      ["tenant-service", "30s", "7500ms", "LEAST_REQUEST"],
      ["call-service", "1m", "10s", "LEAST_REQUEST"],
      ["ai-service", "2m", "30s", "ROUND_ROBIN"],
      ["crm-service", "30s", "7500ms", "LEAST_REQUEST"],
      ["analytics-service", "1m", "10s", "ROUND_ROBIN"],
      ["integration-service", "45s", "10s", "LEAST_REQUEST"],
      ["billing-service", "30s", "7500ms", "LEAST_REQUEST"],
    ];
    for (const [name, timeout, perTryTimeout, simple] of table) {
      it(name, () => {
        expect(mainRoute(name).timeout).to.equal(timeout);
        expect(mainRoute(name).retries).to.deep.equal({
          attempts: 3,
          perTryTimeout,
          retryOn: "5xx,reset,connect-failure,refused-stream",
        });
        expect(find("DestinationRule", name)).to.have.deep.nested.property(
          "spec.trafficPolicy.loadBalancer",
          { simple, localityLbSetting: { enabled: false } },
        );
      });

      it(`${name} does nothing twice`, () => {
        const unsafe = routes(name).at(-2);
        expect(unsafe?.match).to.deep.equal([{ method: { regex: "POST|PATCH" } }]);
        expect(unsafe?.retries).to.deep.equal({ attempts: 3, retryOn: "connect-failure,refused-stream" });
      });
    }

    it("gateway waits for the slowest, and leaves the retries to the services behind it", () => {
      expect(mainRoute("gateway")).to.include({ timeout: "2m" }).and.to.not.have.property("retries");
      expect(find("DestinationRule", "gateway")).to.have.deep.nested.property(
        "spec.trafficPolicy.loadBalancer",
        { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
      );
    });

    it("of call-service's own calls end when its callers give up", () => {
      const own = routes("ai-service").filter(({ name }) => name === "from call-service");
      expect(own).to.have.lengthOf(1);
      expect(own[0]).to.deep.include({
        timeout: "1m",
        retries: {
          attempts: 3,
          perTryTimeout: "15s",
          retryOn: "5xx,reset,connect-failure,refused-stream",
        },
      });
    });
  });

  describe("authorization", () => {
    const callers = (name: string): string[] =>
      (
        find("AuthorizationPolicy", name).spec as {
          rules: { from: { source: { principals: string[] } }[] }[];
        }
      ).rules.flatMap(({ from }) => from.flatMap(({ source }) => source.principals));

    it("denies what nothing allows, and names every caller's own account", () => {
      expect(find("AuthorizationPolicy", "default-deny").spec).to.deep.equal({});
      expect(callers("gateway")).to.deep.equal(["cluster.local/ns/istio-ingress/sa/istio-ingress"]);
      const table: Record<string, string[]> = {
        "tenant-service": ["billing-service", "call-service", "gateway"],
        "call-service": ["analytics-service", "gateway"],
        "ai-service": ["call-service", "gateway"],
        "crm-service": ["gateway", "integration-service"],
        "analytics-service": ["gateway"],
        "integration-service": ["gateway"],
        "billing-service": ["gateway"],
      };
      for (const [name, expected] of Object.entries(table)) {
        expect(callers(name), name).to.deep.equal(expected.map(account));
      }
      expect(JSON.stringify(objects)).to.not.include("cluster.local/*");
    });
  });

  describe("rate limits and quotas", () => {
    const limit = (name: string): Record<string, unknown> => {
      const { configPatches } = find("EnvoyFilter", `${name}-rate-limit`).spec as {
        configPatches: { patch: { value: { typed_config: Record<string, unknown> } } }[];
      };
      return configPatches[0]?.patch.value.typed_config ?? {};
    };
    const tenantQuota = (requests: number): object => ({
      rate_limits: [
        {
          actions: [
            {
              metadata: {
                descriptor_key: "tenant",
                source: "DYNAMIC",
                metadata_key: {
                  key: "envoy.filters.http.jwt_authn",
                  path: [{ key: "payload" }, { key: "tenant_id" }],
                },
                default_value: "-",
              },
            },
          ],
        },
      ],
      descriptors: [
        {
          entries: [{ key: "tenant" }],
          token_bucket: { max_tokens: requests, tokens_per_fill: requests, fill_interval: "60s" },
        },
      ],
    });

    it("hold for the public gateway and the services with much traffic, and for no other", () => {
      const limited = objects.filter(({ kind }) => kind === "EnvoyFilter");
      expect(limited.map(({ metadata }) => metadata.name)).to.deep.equal([
        "ai-service-rate-limit",
        "call-service-rate-limit",
        "gateway-rate-limit",
      ]);
      expect(limit("gateway")).to.deep.include({
        token_bucket: { max_tokens: 400, tokens_per_fill: 200, fill_interval: "1s" },
        ...tenantQuota(3000),
      });
      expect(limit("ai-service")).to.deep.include({
        token_bucket: { max_tokens: 50, tokens_per_fill: 50, fill_interval: "1s" },
        ...tenantQuota(600),
      });
      expect(limit("call-service")).to.deep.include({
        token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: "1s" },
      });
      expect(limit("call-service")).to.not.have.property("descriptors");
    });

    it("are by the tenant of the user's token, which gateway requires and every proxy validates", () => {
      const issuer = "https://auth.voicecore.example.com";
      expect(find("RequestAuthentication", "default").spec).to.deep.equal({
        jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json`, forwardOriginalToken: true }],
      });
      expect(find("AuthorizationPolicy", "gateway")).to.have.deep.nested.property("spec.rules", [
        {
          from: [
            {
              source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] },
            },
          ],
          to: [
            {
              operation: { ports: ["8080"], methods: ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"] },
            },
          ],
          when: [{ key: "request.auth.claims[iss]", values: [issuer] }],
        },
      ]);
      const others = render({ issuer: "https://login.example.com" });
      expect(find("RequestAuthentication", "default", "voicecore-ai", others)).to.have.nested.property(
        "spec.jwtRules[0].jwksUri",
        "https://login.example.com/.well-known/jwks.json",
      );
    });

    it("would be those of any tenant by a header, which is an error", () => {
      const own = catalog();
      const { gateway } = own.services;
      const quota = { header: "x-tenant-id", requests: 3000, per: "1m" } as const;
      const rateLimit = { requests: 200, per: "1s", burst: 400, quota } as const;
      const { findings } = checkMesh({
        ...own,
        services: { ...own.services, gateway: { ...gateway, rateLimit } },
      });
      expect(findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`)).to.deep.equal([
        "error MW347 services.gateway.rateLimit.quota.header",
      ]);
    });
  });

  it("traces everything but in production, and logs every request everywhere, for auditors once more", () => {
    const telemetry = (sampling: number): object => ({
      metrics: [{ providers: [{ name: "prometheus" }] }],
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: sampling }],
      accessLogging: [{ providers: [{ name: "envoy" }] }, { providers: [{ name: "audit" }] }],
    });
    expect(find("Telemetry", "default").spec).to.deep.equal(telemetry(1));
    const dev = render({ environment: "dev" });
    expect(find("Telemetry", "default", "voicecore-ai", dev).spec).to.deep.equal(telemetry(100));
  });

  it("sends a canary of call-service what the stack says, from nothing to everything", () => {
    const host = "call-service.voicecore-ai.svc.cluster.local";
    const to = (subset: string, weight: number): object => ({
      destination: { host, port: { number: 8080 }, subset },
      weight,
    });
    const split = (canaryWeight?: number): object[] =>
      routes("call-service", render(canaryWeight === undefined ? {} : { canaryWeight })).map(
        ({ route }) => route,
      );
    expect(split()).to.deep.equal([[to("v1", 100)], [to("v1", 100)]]);
    expect(split(10)).to.deep.equal([
      [to("v1", 90), to("v2", 10)],
      [to("v1", 90), to("v2", 10)],
    ]);
    expect(split(100)).to.deep.equal([[to("v2", 100)], [to("v2", 100)]]);
  });

  it("is entered over HTTPS, by one host", () => {
    expect(find("Gateway", "voicecore-gateway").spec).to.deep.equal({
      selector: { istio: "ingress" },
      servers: [
        {
          port: { number: 80, name: "http", protocol: "HTTP" },
          hosts: ["api.voicecore.example.com"],
          tls: { httpsRedirect: true },
        },
        {
          port: { number: 443, name: "https-voicecore-cert-tlsv1-2", protocol: "HTTPS" },
          hosts: ["api.voicecore.example.com"],
          tls: { mode: "SIMPLE", credentialName: "voicecore-cert", minProtocolVersion: "TLSV1_2" },
        },
      ],
    });
  });

  it("runs three pods of each service in production and one elsewhere", () => {
    const pods = (among: Manifest[]): unknown[] =>
      among
        .filter(({ kind }) => kind === "Deployment")
        .map(({ spec }) => (spec as { replicas: number }).replicas);
    expect(pods(objects)).to.deep.equal(Array(9).fill(3));
    expect(pods(render({ environment: "dev" }))).to.deep.equal(Array(9).fill(1));
  });

  describe("control plane", () => {
    const args = (environment: Environment): ReturnType<typeof controlPlaneArgs> =>
      controlPlaneArgs(
        readSettings(platformList, { get: (key) => ({ platform: "voicecore", environment })[key] }),
        [{ name: "istio-ingress" }],
        {},
      );

    it("has the document's replicas, CPU and memory in production", () => {
      const { istiod, gateways = [] } = args("prod");
      expect(istiod).to.include({ autoscaleMin: 2, autoscaleMax: 5 });
      expect(istiod?.resources).to.deep.equal({
        requests: { cpu: "500m", memory: "2Gi" },
        limits: { cpu: "2000m", memory: "4Gi" },
      });
      expect(gateways.map(({ name, values }) => [name, values?.autoscaling])).to.deep.equal([
        ["istio-ingress", { enabled: true, minReplicas: 2, maxReplicas: 10 }],
        ["istio-egress", { enabled: true, minReplicas: 2, maxReplicas: 2 }],
      ]);
    });

    it("gives the sidecars the document's resources", () => {
      for (const environment of ["dev", "prod"] as const) {
        expect(args(environment).istiod?.global?.proxy?.resources).to.deep.equal({
          requests: { cpu: "100m", memory: "128Mi" },
          limits: { cpu: "2000m", memory: "1024Mi" },
        });
      }
    });

    it("issues certificates for 90 days, renewed when a tenth is left", () => {
      const { istiod } = planOf(
        readSettings(platformList, { get: (key) => ({ platform: "voicecore", environment: "prod" })[key] }),
      ).controlPlane;
      expect(istiod?.meshConfig?.defaultConfig).to.deep.include({
        proxyMetadata: { SECRET_TTL: "2160h", SECRET_GRACE_PERIOD_RATIO: "0.1" },
      });
      expect(istiod?.env).to.include({ MAX_WORKLOAD_CERT_TTL: "2160h" });
    });

    it("injects by a tag, which is the namespace's only injection label", () => {
      expect(args("prod").revision).to.equal("1-31");
      expect(args("dev")).to.not.have.property("revision");
      const namespace = objects.find(({ kind }) => kind === "Namespace");
      expect(namespace?.metadata.labels).to.include({ "istio.io/rev": "voicecore" });
      for (const environment of ["dev", "prod"]) {
        const { controlPlane } = planOf(
          readSettings(platformList, { get: (key) => ({ platform: "voicecore", environment })[key] }),
        );
        expect(controlPlane.revisionTags).to.deep.equal(["voicecore"]);
      }
      expect(namespace?.metadata.labels).to.not.have.property("istio-injection");
    });
  });

  it("accepts that requests are retried along its paths, and nothing else", () => {
    const rest = { ...catalog(), suppressions: [] };
    const through = (way: string, product: string, end: string): string =>
      `MW404 voicecore-gateway → gateway → ${way} → ${end}: 1 × ${product} requests at ${end} for one at voicecore-gateway`;
    expect(checkMesh(rest).findings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal([
      through("analytics-service → call-service", "(1+3) × (1+3) × (1+3) = 64", "ai-service"),
      through("analytics-service", "(1+3) × (1+3) = 16", "call-service"),
      through("integration-service", "(1+3) × (1+3) = 16", "crm-service"),
      through("analytics-service → call-service", "(1+3) × (1+3) × (1+3) = 64", "tenant-service"),
    ]);
  });
});
