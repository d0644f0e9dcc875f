import {
  type AdmitDefinition,
  defineMesh,
  type Environment,
  type MeshDefinition,
  type Resources,
} from "../../catalog";
import type { PlatformControlPlane } from "../platform";

/** What differs between AIKernel's stacks. */
export interface AIKernelOptions {
  /** Default: prod. */
  readonly environment?: Environment;
  /** Domain of the platform's hosts. Default: aikernel.io. */
  readonly domain?: string;
  /** Who issues end users' tokens. Default: https://auth.aikernel.io. */
  readonly issuer?: string;
  /** Host of the provider of models, outside of the mesh. Default: models.example.com. */
  readonly modelHost?: string;
  /** Where the platform's own images come from. Default: registry.aikernel.io. */
  readonly registry?: string;
}

const infrastructure = "aikernel-infrastructure";
const data = "aikernel-data";
const monitoring = "aikernel-monitoring";

const circuitBreaker = {
  maxConnections: 100,
  http1MaxPendingRequests: 100,
  http2MaxRequests: 1000,
  outlierDetection: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
} as const;

const resilience = {
  timeout: "10s",
  connectTimeout: "5s",
  retries: { attempts: 2, retryOn: ["gateway-error", "connect-failure", "refused-stream"] },
} as const;

/** Of the data stores, which a proxy can't ask twice. */
const stores = { connectTimeout: "3s", idleTimeout: "1h" } as const;

/** Of the proxies beside services with much traffic. */
const sidecar = { resources: { requests: { cpu: "200m", memory: "256Mi" } } } as const;

/** Proxies that see requests send spans, so their services call the collector. */
const traced = { "jaeger-collector": { port: "otlp" } } as const;

/** The gateways' proxies send spans too. */
const spansOf = (release: string) => ({ namespace: release, serviceAccount: release });

/** What the document's procedure of verification asks from its own namespace. */
const testClient = {
  namespace: "test-mesh",
  serviceAccount: "sleep",
  methods: ["GET"],
  paths: ["/health"],
} as const satisfies AdmitDefinition;

const readers = { claims: { roles: ["reader", "editor", "admin"] } } as const;
const editors = { claims: { roles: ["editor", "admin"] } } as const;
const operators = { claims: { roles: ["operator", "admin"] } } as const;

const requests = (cpu: string, memory: string): { requests: { cpu: string; memory: string } } => ({
  requests: { cpu, memory },
});

/** AIKernel; NOTES.md says where it departs from the platform's document, and why. */
export function catalog(options: AIKernelOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    domain = "aikernel.io",
    issuer = "https://auth.aikernel.io",
    modelHost = "models.example.com",
    registry = "registry.aikernel.io",
  } = options;
  const prod = environment === "prod";
  const tls = { credentialName: "aikernel-cert", minProtocolVersion: "TLSV1_3" } as const;
  const pods = (image: string, replicas: number, resources?: Resources) => ({
    image,
    replicas: environment === "dev" ? 1 : replicas,
    ...(resources && { resources }),
  });

  return defineMesh({
    name: "aikernel",
    environment,
    services: {
      api: {
        ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
        resilience,
        circuitBreaker,
        sidecar,
        workload: pods(`${registry}/api:v1`, 3),
        calls: {
          "catalog-api": { methods: ["GET"] },
          "message-broker": {},
          // A model answers slowly, but nobody waits longer than for api itself.
          "model-provider": { methods: ["POST"], paths: ["/v1/*"], timeout: "10s" },
          ...traced,
        },
      },
      "catalog-api": {
        ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
        resilience,
        circuitBreaker,
        sidecar,
        workload: pods(`${registry}/catalog-api:v1`, 3),
        ...(!prod && { admit: { "test-client": testClient } }),
        calls: { "catalog-db": {}, "message-broker": {}, ...traced },
      },
      "message-broker": {
        namespace: infrastructure,
        ports: { "tcp-nats": { port: 4222, protocol: "tcp" } },
        resilience: stores,
        workload: pods("nats:2.12.1", 3),
      },
      "catalog-db": {
        namespace: data,
        ports: { "tcp-postgres": { port: 5432, protocol: "tcp" } },
        resilience: stores,
        workload: pods("postgres:17.6", 1),
      },
      prometheus: {
        namespace: monitoring,
        ports: { http: { port: 9090, protocol: "http" } },
        resilience,
        circuitBreaker,
        workload: pods("prom/prometheus:v3.7.1", 2, requests("500m", "2Gi")),
        calls: traced,
      },
      "jaeger-collector": {
        namespace: monitoring,
        ports: { otlp: { port: 4317, protocol: "grpc" } },
        resilience: { timeout: "10s" },
        circuitBreaker,
        workload: pods("jaegertracing/jaeger:2.11.0", 3, requests("200m", "512Mi")),
        // A trace of every span that arrives would be a span that arrives.
        telemetry: { tracing: { randomSamplingPercentage: 0 } },
        admit: { "istio-ingress": spansOf("istio-ingress"), "istio-egress": spansOf("istio-egress") },
      },
      "jaeger-query": {
        namespace: monitoring,
        ports: { http: { port: 80, targetPort: 16686, protocol: "http" } },
        resilience,
        circuitBreaker,
        workload: pods("jaegertracing/jaeger:2.11.0", 2, requests("200m", "256Mi")),
        calls: traced,
      },
      grafana: {
        namespace: monitoring,
        ports: { http: { port: 80, targetPort: 3000, protocol: "http" } },
        resilience,
        circuitBreaker,
        workload: pods("grafana/grafana:12.2.0", 2, requests("200m", "256Mi")),
        calls: { prometheus: { methods: ["GET", "POST"] }, "jaeger-query": { methods: ["GET"] }, ...traced },
      },
    },
    externalServices: {
      "model-provider": {
        host: modelHost,
        ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
        tls: { mode: "SIMPLE" },
        egressGateway: true,
        resilience: { timeout: "10s", connectTimeout: "5s" },
        circuitBreaker,
      },
    },
    gateways: {
      "aikernel-gateway": {
        hosts: {
          [`api.${domain}`]: {
            tls,
            routes: [{ prefix: "/", service: "api", endUser: readers }],
          },
          [`catalog.${domain}`]: {
            tls,
            routes: [
              { prefix: "/admin", service: "catalog-api", endUser: editors },
              { prefix: "/", service: "catalog-api", methods: ["GET", "HEAD"], endUser: readers },
            ],
          },
          [`monitoring.${domain}`]: {
            tls,
            routes: [{ prefix: "/", service: "grafana", endUser: operators }],
          },
        },
      },
    },
    jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json` }],
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: { provider: "jaeger", randomSamplingPercentage: prod ? 1 : 100 },
      accessLogging: { provider: "envoy" },
    },
    alerts: { errorRate: 5, p99: "1s" },
    certificates: { lifetime: "24h" },
    networkPolicies: { metricsNamespaces: [monitoring] },
    suppressions: prod
      ? (["grafana", "jaeger-query", "prometheus"] as const).map((service) => ({
          code: "MW508",
          path: `services.${service}.workload.replicas`,
          reason: "the platform's document runs two of each, and one carries the few who look at them",
        }))
      : [],
  });
}

/** The document's table holds in prod and staging; in dev one of each is enough. */
export function controlPlane(environment: Environment): PlatformControlPlane {
  const sized = environment !== "dev";
  return {
    // The tag serves the namespaces' label istio-injection, so that an upgrade only moves the tag.
    ...(sized && { revision: "1-31-0" }),
    istiod: {
      ...(sized && { autoscaleMin: 3, autoscaleMax: 5, revisionTags: ["default"] }),
      resources: requests("500m", "2Gi"),
      env: {
        // Ten years. It only counts until an authority of your own is plugged in.
        CITADEL_SELF_SIGNED_CA_CERT_TTL: "87600h",
      },
    },
    ingress: {
      ...(sized && { autoscaling: { minReplicas: 3, maxReplicas: 5 } }),
      resources: requests("500m", "512Mi"),
    },
    egress: {
      ...(sized && { autoscaling: { minReplicas: 2, maxReplicas: 5 } }),
      resources: requests("200m", "256Mi"),
    },
    meshConfig: {
      extensionProviders: [
        {
          name: "jaeger",
          opentelemetry: { service: `jaeger-collector.${monitoring}.svc.cluster.local`, port: 4317 },
        },
      ],
    },
  };
}
