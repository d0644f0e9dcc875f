import { defineMesh, type Environment, type MeshDefinition } from "../../catalog";
import type { PlatformControlPlane } from "../../program/platform";

/** Options of VoiceCore's stacks. */
export interface VoiceCoreOptions {
  /** Environment of the stack. Default: prod. */
  readonly environment?: Environment;
  /** Percentage of the requests to call-service for its new version, 0–100. Default: 0. */
  readonly canaryWeight?: number;
  /** Host of the platform. Default: api.voicecore.example.com. */
  readonly host?: string;
  /** Issuer of the users' tokens. Default: https://auth.voicecore.example.com. */
  readonly issuer?: string;
  /** Registry of the platform's images. Default: registry.voicecore.example.com. */
  readonly registry?: string;
}

/** The namespace's revision tag, which an upgrade moves from one revision to the next. */
const revisionTag = "voicecore";

const ports = { http: { port: 8080, protocol: "http" } } as const;

/** The document has these numbers for call-service, and requires circuit breakers for all services. */
const circuitBreaker = {
  maxConnections: 200,
  http1MaxPendingRequests: 100,
  http2MaxRequests: 200,
  // The document: enable HTTP/2 for better performance.
  h2UpgradePolicy: "UPGRADE",
  outlierDetection: {
    consecutive5xxErrors: 5,
    interval: "30s",
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
  },
} as const;

const retries = { attempts: 3, retryOn: ["5xx", "reset", "connect-failure", "refused-stream"] } as const;

/** The document's per-try timeout, if four attempts fit into the timeout. */
const perTryTimeout = "10s";

/** The claim of the users' tokens that names their tenant. A header would let clients choose the tenant. */
const tenantClaim = "tenant_id";

/** Without OPTIONS: browsers send preflight requests without a token, and pages of other origins have no access. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

const leastRequest = { simple: "LEAST_REQUEST" } as const;
const roundRobin = { simple: "ROUND_ROBIN" } as const;

/** VoiceCore AI 3.0 Enterprise. NOTES.md lists the differences from the platform's document, with reasons. */
export function catalog(options: VoiceCoreOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    canaryWeight = 0,
    host = "api.voicecore.example.com",
    issuer = "https://auth.voicecore.example.com",
    registry = "registry.voicecore.example.com",
  } = options;
  const workload = (service: string): { image: string; replicas: number } => ({
    image: `${registry}/${service}:v1`,
    replicas: environment === "dev" ? 1 : 3,
  });

  return defineMesh({
    name: "voicecore",
    environment,
    namespace: "voicecore-ai",
    revision: revisionTag,
    services: {
      gateway: {
        ports,
        // Not less than the slowest service behind it.
        resilience: { timeout: "120s" },
        alerts: { p99: "10s" },
        circuitBreaker,
        loadBalancing: leastRequest,
        rateLimit: {
          requests: 200,
          per: "1s",
          burst: 400,
          quota: { claim: tenantClaim, requests: 3000, per: "1m" },
        },
        workload: workload("gateway"),
        calls: {
          "tenant-service": {},
          "call-service": {},
          "ai-service": {},
          "crm-service": {},
          "analytics-service": {},
          "integration-service": {},
          "billing-service": {},
        },
      },
      "tenant-service": {
        ports,
        resilience: { timeout: "30s", retries },
        circuitBreaker,
        loadBalancing: leastRequest,
        workload: workload("tenant-service"),
      },
      "call-service": {
        ports,
        versions: { v1: {}, v2: { image: `${registry}/call-service:v2` } },
        traffic: { weights: { v1: 100 - canaryWeight, v2: canaryWeight } },
        resilience: { timeout: "60s", retries: { ...retries, perTryTimeout } },
        alerts: { p99: "10s" },
        circuitBreaker,
        loadBalancing: leastRequest,
        rateLimit: { requests: 100, per: "1s" },
        workload: workload("call-service"),
        calls: {
          "tenant-service": { methods: ["GET"] },
          // The callers of call-service time out after 60s.
          "ai-service": { methods: ["GET", "POST"], timeout: "60s" },
        },
      },
      "ai-service": {
        ports,
        resilience: { timeout: "120s", retries: { ...retries, perTryTimeout: "30s" } },
        alerts: { p99: "30s" },
        circuitBreaker,
        loadBalancing: roundRobin,
        rateLimit: {
          requests: 50,
          per: "1s",
          quota: { claim: tenantClaim, requests: 600, per: "1m" },
        },
        workload: workload("ai-service"),
      },
      "crm-service": {
        ports,
        resilience: { timeout: "30s", retries },
        circuitBreaker,
        loadBalancing: leastRequest,
        workload: workload("crm-service"),
      },
      "analytics-service": {
        ports,
        resilience: { timeout: "60s", retries: { ...retries, perTryTimeout } },
        alerts: { p99: "10s" },
        circuitBreaker,
        loadBalancing: roundRobin,
        workload: workload("analytics-service"),
        calls: { "call-service": { methods: ["GET"] } },
      },
      "integration-service": {
        ports,
        resilience: { timeout: "45s", retries: { ...retries, perTryTimeout } },
        alerts: { p99: "10s" },
        circuitBreaker,
        loadBalancing: leastRequest,
        workload: workload("integration-service"),
        calls: { "crm-service": {} },
      },
      "billing-service": {
        ports,
        resilience: { timeout: "30s", retries },
        circuitBreaker,
        loadBalancing: leastRequest,
        workload: workload("billing-service"),
        calls: { "tenant-service": { methods: ["GET"] } },
      },
    },
    gateways: {
      "voicecore-gateway": {
        hosts: {
          [host]: {
            tls: { credentialName: "voicecore-cert" },
            routes: [{ prefix: "/", service: "gateway", methods, endUser: {} }],
          },
        },
      },
    },
    suppressions: (["ai-service", "call-service", "crm-service", "tenant-service"] as const).map(
      (service) => ({
        code: "MW404",
        path: `services.${service}.resilience.retries`,
        reason: "the platform's document retries every call; no proxy has more than three concurrent retries",
      }),
    ),
    jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json` }],
    certificates: { lifetime: "2160h", renewAt: 10 },
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: { provider: "jaeger", randomSamplingPercentage: environment === "prod" ? 1 : 100 },
      accessLogging: { provider: "envoy" },
      auditLogging: { provider: "audit" },
    },
  });
}

/** The platform's sizes hold in prod and staging; in dev one of each is enough. */
export function controlPlane(environment: Environment): PlatformControlPlane {
  const sized = environment !== "dev";
  return {
    // From the first installation on, so that an upgrade can stand beside it.
    ...(sized && { revision: "1-31" }),
    istiod: {
      ...(sized && { autoscaleMin: 2, autoscaleMax: 5 }),
      resources: {
        requests: { cpu: "500m", memory: "2Gi" },
        limits: { cpu: "2000m", memory: "4Gi" },
      },
      global: {
        proxy: {
          resources: {
            requests: { cpu: "100m", memory: "128Mi" },
            limits: { cpu: "2000m", memory: "1024Mi" },
          },
        },
      },
    },
    ...(sized && {
      ingress: { autoscaling: { minReplicas: 2, maxReplicas: 10 } },
      egress: { autoscaling: { minReplicas: 2, maxReplicas: 2 } },
    }),
  };
}
