import { defineMesh, type Environment, type FaultDefinition, type MeshDefinition } from "../../catalog";
import type { PlatformControlPlane } from "../../program/platform";
import { postgres } from "../postgres";

/** Options of Alfred's stacks. */
export interface AlfredOptions {
  /** Environment of the stack. Default: prod. */
  readonly environment?: Environment;
  /** Delays 10 % of the requests to agent-rag and aborts 5 %. An error in prod. Default: false. */
  readonly faultInjection?: boolean;
  /** Percentage of the requests to agent-core for its new version, 0–100. Default: 10. */
  readonly canaryWeight?: number;
  /** Host of the platform. Default: api.alfred-platform.example.com. */
  readonly host?: string;
  /** Issuer of end users' tokens. Default: https://auth.alfred-platform.example.com. */
  readonly issuer?: string;
  /** Registry of the platform's own images. Default: registry.alfred-platform.example.com. */
  readonly registry?: string;
}

const readWrite = ["GET", "POST"] as const;
const everyMethod = ["GET", "POST", "PUT", "DELETE"] as const;

/** The end users that agent-core allows. */
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

/** The agents of one subject each, all called by agent-core. */
const subjectAgents = ["agent-financial", "agent-legal", "agent-social"] as const;

/** These agents have the same limits, retries and load balancing. */
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

/** The Alfred Agent Platform. NOTES.md lists the differences from the platform's document, with reasons. */
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
          // The callers of agent-core time out after 10s.
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
        // agent-core's timeout.
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
        // A page needs agent-core's response, which may take 10s.
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
          "the platform's document retries every call; in each proxy, retries are at most 20 % of the concurrent requests (or three)",
      })),
      {
        code: "MW302",
        path: "services.agent-core.sidecar",
        reason:
          "the platform's document excludes outbound HTTPS and Kafka, and all inbound ports except 8011, from the proxy",
      },
      ...subjectAgents.map((agent) => ({
        code: "MW402",
        path: `services.${agent}.resilience.retries.perTryTimeout`,
        reason: "the platform's document limits each attempt to 1s: these agents respond fast or not at all",
      })),
    ],
  });
}

/** The document's resource requests of istiod, in every environment. */
export function controlPlane(): PlatformControlPlane {
  return { istiod: { resources: { requests: { cpu: "500m", memory: "2048Mi" } } } };
}
