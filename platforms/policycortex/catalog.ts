import { defineMesh, type Environment, type MeshDefinition } from "../../catalog";

/** Options of PolicyCortex's stacks. */
export interface PolicyCortexOptions {
  /** Environment of the stack. Default: prod. */
  readonly environment?: Environment;
  /** Percentage of the requests to core-api for its new version, 0–100. Default: 10. */
  readonly canaryWeight?: number;
  /** Version of the frontend that receives the requests. The other one runs without requests. Default: blue. */
  readonly frontend?: "blue" | "green";
  /** Host of the platform. Default: app.policycortex.example.com. */
  readonly host?: string;
  /** Issuer of end users' tokens. Default: https://auth.policycortex.example.com. */
  readonly issuer?: string;
  /** Registry of the platform's images. Default: registry.policycortex.example.com. */
  readonly registry?: string;
}

/** Settings of every sidecar. */
const sidecar = {
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2000m", memory: "1024Mi" } },
} as const;

/** Retries may be a fifth of the concurrent requests, so that they don't make an outage worse. */
const circuitBreaker = {
  retryBudget: { percent: 20, minRetryConcurrency: 3 },
  outlierDetection: {
    consecutive5xxErrors: 5,
    interval: "30s",
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
  },
} as const;

const retries = {
  attempts: 3,
  backoff: "100ms",
  retryOn: ["gateway-error", "connect-failure", "refused-stream"],
} as const;

/** Paths of core-api's version 1. `/api/v1/*` does not match `/api/v1` itself, which the gateway routes too. */
const apiPaths = ["/api/v1", "/api/v1/*"] as const;

/** The services behind frontend, whose calls are retried, too. */
const behindFrontend = ["core-api", "graphql-gateway", "python-services"] as const;

/** The PolicyCortex platform. NOTES.md lists the differences from the platform's document, with reasons. */
export function catalog(options: PolicyCortexOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    canaryWeight = 10,
    frontend = "blue",
    host = "app.policycortex.example.com",
    issuer = "https://auth.policycortex.example.com",
    registry = "registry.policycortex.example.com",
  } = options;
  const replicas = environment === "dev" ? 1 : 3;
  const own = (image: string): { image: string; replicas: number } => ({
    image: `${registry}/${image}`,
    replicas,
  });

  return defineMesh({
    name: "policycortex",
    environment,
    services: {
      frontend: {
        ports: { http: { port: 3000, protocol: "http" } },
        versions: { blue: {}, green: { image: `${registry}/frontend:v2` } },
        traffic: { weights: { blue: frontend === "blue" ? 100 : 0, green: frontend === "green" ? 100 : 0 } },
        resilience: { timeout: "30s", connectTimeout: "5s", retries },
        circuitBreaker,
        loadBalancing: { simple: "ROUND_ROBIN" },
        sidecar,
        workload: own("frontend:v1"),
        calls: { "core-api": { methods: ["GET", "POST"], paths: apiPaths } },
      },
      "core-api": {
        ports: { http: { port: 8080, protocol: "http" } },
        versions: { v1: {}, v2: { image: `${registry}/core-api:v2` } },
        traffic: {
          weights: { v1: 100 - canaryWeight, v2: canaryWeight },
          headerRoutes: [{ headers: { canary: "true" }, version: "v2" }],
        },
        resilience: { timeout: "15s", connectTimeout: "5s", retries },
        circuitBreaker,
        loadBalancing: { simple: "LEAST_REQUEST" },
        rateLimit: { requests: 100, per: "1s", burst: 200 },
        sidecar,
        workload: own("core-api:v1"),
        calls: {
          "graphql-gateway": { methods: ["GET", "POST"] },
          "python-services": { methods: ["GET", "POST"] },
        },
      },
      "graphql-gateway": {
        ports: { http: { port: 4000, protocol: "http" } },
        resilience: { timeout: "10s", connectTimeout: "5s", retries },
        circuitBreaker,
        loadBalancing: { simple: "LEAST_REQUEST" },
        sidecar,
        workload: own("graphql-gateway:v1"),
      },
      "python-services": {
        ports: { http: { port: 8000, protocol: "http" } },
        resilience: { timeout: "15s", connectTimeout: "5s", retries },
        circuitBreaker,
        loadBalancing: { simple: "RANDOM" },
        sidecar,
        workload: own("python-services:v1"),
      },
    },
    gateways: {
      "policycortex-gateway": {
        hosts: {
          [host]: {
            tls: { credentialName: "policycortex-cert" },
            routes: [
              {
                prefix: "/api/v1",
                service: "core-api",
                methods: ["GET", "POST"],
                paths: apiPaths,
                endUser: {},
              },
              { prefix: "/", service: "frontend", methods: ["GET", "HEAD", "POST"] },
            ],
          },
        },
      },
    },
    jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json` }],
    networkPolicies: {},
    suppressions: behindFrontend.map((service) => ({
      code: "MW404",
      path: `services.${service}.resilience.retries`,
      reason:
        "the platform's document retries every call; in each proxy, retries are at most 20 % of the concurrent requests (or three)",
    })),
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: { provider: "jaeger", randomSamplingPercentage: environment === "prod" ? 1 : 100 },
      accessLogging: { provider: "envoy" },
    },
  });
}
