import { defineMesh, type Environment, type FaultDefinition, type MeshDefinition } from "../../catalog";
import type { PlatformControlPlane } from "../../program/platform";
import { postgres } from "../postgres";

/** What differs between Alfred's stacks. */
export interface AlfredOptions {
  /** Default: prod. */
  readonly environment?: Environment;
  /** Delays 10 % of the requests to agent-rag and aborts 5 %. Refused in prod. Default: false. */
  readonly faultInjection?: boolean;
  /** Percent of the requests to agent-core that its new version gets, 0–100. Default: 10. */
  readonly canaryWeight?: number;
  /** Default: api.alfred-platform.example.com. */
  readonly host?: string;
  /** Who issues end users' tokens. Default: https://auth.alfred-platform.example.com. */
  readonly issuer?: string;
  /** Where the platform's own images come from. Default: registry.alfred-platform.example.com. */
  readonly registry?: string;
}

const readWrite = ["GET", "POST"] as const;
const everyMethod = ["GET", "POST", "PUT", "DELETE"] as const;

/** The end users whom agent-core serves. */
const operators = { claims: { roles: ["admin", "operator"] } } as const;

const outlierDetection = { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" } as const;
const retryBudget = { percent: 20, minRetryConcurrency: 3 } as const;

const coreBreaker = {
  maxConnections: 100,
  http1MaxPendingRequests: 1000,
  maxRequestsPerConnection: 10,
  maxRetries: 3,
  retryBudget,
  outlierDetection,
} as const;
const agentBreaker = { ...coreBreaker, maxConnections: 50, http1MaxPendingRequests: 500 } as const;

/** The agents of one subject each, all behind agent-core. */
const subjectAgents = ["agent-financial", "agent-legal", "agent-social"] as const;

/** The agents of one subject each are limited, retried and balanced alike. */
const subjectAgent = {
  resilience: {
    timeout: "20s",
    connectTimeout: "5s",
    idleTimeout: "1h",
    retries: { attempts: 2, perTryTimeout: "1s", retryOn: ["gateway-error", "connect-failure"] },
  },
  circuitBreaker: agentBreaker,
  loadBalancing: { simple: "ROUND_ROBIN", locality: { failover: [{ from: "us-west", to: "us-east" }] } },
} as const;

const coreRetryOn = ["gateway-error", "connect-failure", "refused-stream"] as const;
const leastRequest = {
  simple: "LEAST_REQUEST",
  locality: { failover: [{ from: "us-west", to: "us-east" }] },
} as const;

const ragFault = {
  delay: { percentage: 10, fixedDelay: "7s" },
  abort: { percentage: 5, httpStatus: 500 },
} as const satisfies FaultDefinition;

/** The Alfred Agent Platform; NOTES.md says where it departs from the platform's document, and why. */
export function catalog(options: AlfredOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    faultInjection = false,
    canaryWeight = 10,
    host = "api.alfred-platform.example.com",
    issuer = "https://auth.alfred-platform.example.com",
    registry = "registry.alfred-platform.example.com",
  } = options;
  const replicas = environment === "dev" ? 1 : 3;
  const own = (image: string): { image: string; replicas: number } => ({
    image: `${registry}/${image}`,
    replicas,
  });

  return defineMesh({
    name: "alfred",
    environment,
    namespace: "alfred-platform",
    services: {
      "agent-core": {
        ports: { http: { port: 8011, protocol: "http" } },
        versions: { v1: {}, v2: { image: `${registry}/agent-core:v2` } },
        traffic: { weights: { v1: 100 - canaryWeight, v2: canaryWeight } },
        resilience: {
          timeout: "10s",
          connectTimeout: "5s",
          idleTimeout: "1h",
          retries: { attempts: 3, perTryTimeout: "2s", retryOn: coreRetryOn },
        },
        circuitBreaker: coreBreaker,
        loadBalancing: leastRequest,
        sidecar: {
          resources: { requests: { cpu: "100m", memory: "128Mi" } },
          includeInboundPorts: [8011],
          excludeOutboundPorts: [443, 9092],
        },
        workload: own("agent-core:v1"),
        calls: {
          // Whoever asked agent-core has given up after 10s.
          "agent-rag": { methods: readWrite, timeout: "10s" },
          "agent-financial": { methods: readWrite, timeout: "10s" },
          "agent-legal": { methods: readWrite, timeout: "10s" },
          "agent-social": { methods: readWrite, timeout: "10s" },
          "api-gateway": { methods: everyMethod },
          database: {},
          redis: {},
        },
      },
      "agent-rag": {
        ports: { http: { port: 8501, protocol: "http" } },
        ...(faultInjection && { traffic: { fault: ragFault } }),
        resilience: {
          timeout: "30s",
          connectTimeout: "5s",
          idleTimeout: "1h",
          retries: { attempts: 3, retryOn: coreRetryOn },
        },
        // As long as agent-core waits for it.
        alerts: { p99: "10s" },
        circuitBreaker: coreBreaker,
        loadBalancing: leastRequest,
        workload: own("agent-rag:v1"),
        calls: {
          "vector-db": { methods: [...everyMethod, "PATCH"] },
          "api-gateway": { methods: everyMethod },
          redis: {},
        },
      },
      "agent-financial": {
        ports: { http: { port: 9003, protocol: "http" } },
        ...subjectAgent,
        workload: own("agent-financial:v1"),
        calls: { "api-gateway": { methods: everyMethod }, database: {} },
      },
      "agent-legal": {
        ports: { http: { port: 9002, protocol: "http" } },
        ...subjectAgent,
        workload: own("agent-legal:v1"),
        calls: { "api-gateway": { methods: everyMethod }, database: {} },
      },
      "agent-social": {
        ports: { http: { port: 9000, protocol: "http" } },
        ...subjectAgent,
        workload: own("agent-social:v1"),
        calls: { "api-gateway": { methods: everyMethod } },
      },
      "ui-service": {
        ports: { http: { port: 3000, protocol: "http" } },
        // A page needs agent-core's answer, which may take 10s.
        resilience: { timeout: "15s" },
        workload: own("ui-service:v1"),
        calls: {
          "agent-core": { methods: readWrite, paths: ["/api/*"], endUser: operators },
          "api-gateway": { methods: everyMethod },
        },
      },
      "api-gateway": {
        ports: { http: { port: 8080, protocol: "http" } },
        resilience: { timeout: "10s", connectTimeout: "5s" },
        workload: own("api-gateway:v1"),
      },
      "vector-db": {
        ports: { http: { port: 6333, protocol: "http" } },
        resilience: { timeout: "10s", connectTimeout: "3s" },
        workload: { image: "qdrant/qdrant:v1.15.4-unprivileged", replicas: 1, runAsUser: 1000 },
      },
      database: {
        ports: { "tcp-postgres": { port: 5432, protocol: "tcp" } },
        resilience: { connectTimeout: "3s", idleTimeout: "1h" },
        loadBalancing: { simple: "PASSTHROUGH" },
        workload: postgres("database"),
      },
      redis: {
        ports: { "tcp-redis": { port: 6379, protocol: "tcp" } },
        resilience: { connectTimeout: "1s", idleTimeout: "1h" },
        loadBalancing: { simple: "PASSTHROUGH" },
        workload: { image: "redis:8.2.1", replicas: 1, runAsUser: 999 },
      },
    },
    gateways: {
      "alfred-platform-gateway": {
        hosts: {
          [host]: {
            tls: { credentialName: "alfred-platform-cert", minProtocolVersion: "TLSV1_2" },
            routes: [
              {
                prefix: "/api/core",
                rewrite: "/",
                service: "agent-core",
                methods: readWrite,
                endUser: operators,
              },
              { prefix: "/api/rag", rewrite: "/", service: "agent-rag", methods: readWrite, endUser: {} },
              {
                prefix: "/api/public",
                service: "api-gateway",
                methods: readWrite,
                // "/api/public/*" does not match the prefix itself.
                paths: ["/api/public", "/api/public/*"],
              },
            ],
          },
        },
      },
    },
    jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json` }],
    telemetry: {
      metrics: {
        provider: "prometheus",
        overrides: [
          { metric: "REQUEST_COUNT" },
          { metric: "REQUEST_DURATION" },
          { metric: "REQUEST_SIZE" },
          { metric: "RESPONSE_SIZE" },
        ],
      },
      tracing: { provider: "jaeger", randomSamplingPercentage: environment === "prod" ? 1 : 100 },
      accessLogging: { provider: "envoy" },
    },
    suppressions: [
      ...["agent-rag", ...subjectAgents].map((agent) => ({
        code: "MW404",
        path: `services.${agent}.resilience.retries`,
        reason:
          "the platform's document has every call retried; of all requests no proxy has more than 20 % (or three) under way as retries",
      })),
      {
        code: "MW302",
        path: "services.agent-core.sidecar",
        reason:
          "the platform's document keeps outbound HTTPS and Kafka, and inbound ports but 8011, off the proxy",
      },
      ...subjectAgents.map((agent) => ({
        code: "MW402",
        path: `services.${agent}.resilience.retries.perTryTimeout`,
        reason: "the platform's document gives each try 1s: these agents answer fast or not at all",
      })),
    ],
  });
}

/** The document's requests of istiod, in every environment. */
export function controlPlane(): PlatformControlPlane {
  return { istiod: { resources: { requests: { cpu: "500m", memory: "2048Mi" } } } };
}
