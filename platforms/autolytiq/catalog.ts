import { defineMesh, type Environment, type MeshDefinition } from "../../catalog";

/** Options of Autolytiq's stacks. */
export interface AutolytiqOptions {
  /** Environment of the stack. Default: prod. */
  readonly environment?: Environment;
  /**
   * Services whose canary runs, with the percentage of their requests for the canary, 0–100. Requests with the canary
   * header are added to it. Default: none.
   */
  readonly canary?: Readonly<Partial<Record<AutolytiqService, number>>>;
  /**
   * Services whose requests are mirrored to their canary, with the percentage of mirrored requests, 0–100. Such a
   * canary runs, and its weight must be 0. Default: none.
   */
  readonly mirror?: Readonly<Partial<Record<AutolytiqService, number>>>;
  /**
   * Accept plaintext in addition to mutual TLS everywhere in the platform. For an emergency only, together with rules
   * that allow callers without an identity. Default: false.
   */
  readonly permissive?: boolean;
  /** Host of the platform. Default: api.autolytiq.com. */
  readonly host?: string;
  /** Registry of the platform's images. Default: registry.autolytiq.com. */
  readonly registry?: string;
}

/** The platform's services, with their ports. */
export const ports = {
  "api-gateway": 8080,
  "auth-service": 8087,
  "config-service": 8088,
  "customer-service": 8083,
  "deal-service": 8082,
  "email-service": 8085,
  "inventory-service": 8084,
  "user-service": 8086,
} as const;

export type AutolytiqService = keyof typeof ports;

const methods = ["GET", "POST", "PUT", "DELETE"] as const;

const circuitBreaker = {
  maxConnections: 100,
  http1MaxPendingRequests: 100,
  http2MaxRequests: 1000,
  maxRequestsPerConnection: 100,
  maxRetries: 3,
  outlierDetection: {
    consecutive5xxErrors: 5,
    consecutiveGatewayErrors: 3,
    interval: "10s",
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
    minHealthPercent: 30,
  },
} as const;

/** Without a per-try timeout: four attempts of the document's 10s exceed 30s. */
const resilience = {
  timeout: "30s",
  connectTimeout: "10s",
  retries: { attempts: 3, retryOn: ["gateway-error", "connect-failure", "refused-stream"] },
} as const;

const sidecar = {
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "300m", memory: "128Mi" } },
} as const;

/** Requests with these headers go to the canary, if it runs. */
const headerRoutes = [
  { headers: { "x-canary": "true" }, version: "canary" },
  { headers: { "x-user-group": "beta" }, version: "canary" },
] as const;

/** The Autolytiq Desk Studio platform. NOTES.md lists the differences from the platform's document, with reasons. */
export function catalog(options: AutolytiqOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    canary = {},
    mirror = {},
    permissive = false,
    host = "api.autolytiq.com",
    registry = "registry.autolytiq.com",
  } = options;
  const replicas = environment === "dev" ? 1 : 3;
  const mode = permissive ? "PERMISSIVE" : "STRICT";

  /** All services have the same authorization, limits and rollouts. */
  const service = <const Name extends AutolytiqService>(name: Name) => {
    const weight = canary[name] ?? 0;
    const percentage = mirror[name];
    const canaryRuns = canary[name] !== undefined || percentage !== undefined;
    const traffic = {
      weights: { stable: 100 - weight, canary: weight },
      ...(canaryRuns && { headerRoutes }),
      ...(percentage !== undefined && { mirror: { version: "canary", percentage } as const }),
    } as const;
    return {
      ports: { http: { port: ports[name], protocol: "http" } },
      versions: {
        stable: {},
        canary: { image: `${registry}/${name}:v2`, replicas: canaryRuns ? 1 : 0 },
      },
      traffic,
      resilience,
      circuitBreaker,
      mtls: { mode, ports: { http: mode } },
      sidecar,
      workload: {
        image: `${registry}/${name}:v1`,
        replicas,
        probes: { readiness: { path: "/health" } },
        labels: { tier: "backend" },
        annotations: {
          "prometheus.io/scrape": "true",
          "prometheus.io/port": String(ports[name]),
          "prometheus.io/path": "/metrics",
        },
      },
      admit: {
        prometheus: {
          namespace: "monitoring",
          serviceAccount: "mesh-prometheus",
          methods: ["GET"],
          paths: ["/metrics"],
        },
      },
    } as const;
  };

  return defineMesh({
    name: "autolytiq",
    environment,
    services: {
      "api-gateway": {
        ...service("api-gateway"),
        calls: {
          "auth-service": { methods },
          "config-service": { methods },
          "customer-service": { methods },
          "deal-service": { methods },
          "email-service": { methods },
          "inventory-service": { methods },
          "user-service": { methods },
        },
      },
      "auth-service": service("auth-service"),
      "config-service": service("config-service"),
      "customer-service": service("customer-service"),
      "deal-service": service("deal-service"),
      "email-service": service("email-service"),
      "inventory-service": service("inventory-service"),
      "user-service": service("user-service"),
    },
    gateways: {
      "autolytiq-gateway": {
        hosts: {
          [host]: {
            tls: { credentialName: "autolytiq-cert" },
            routes: [{ prefix: "/api", service: "api-gateway", methods }],
          },
        },
      },
    },
    suppressions: [
      // The services behind api-gateway, whose calls are retried, too.
      ...Object.keys(ports)
        .filter((name) => name !== "api-gateway")
        .map((name) => ({
          code: "MW404",
          path: `services.${name}.resilience.retries`,
          reason:
            "the platform's document retries every call; no proxy has more than three concurrent retries",
        })),
      ...(permissive
        ? [{ code: "MW303", path: "services", reason: "an emergency: the stack's option permissive is set" }]
        : []),
    ],
    alerts: { errorRate: 1, p99: "2s", mtlsShare: 95 },
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: { provider: "jaeger", randomSamplingPercentage: environment === "prod" ? 1 : 100 },
      accessLogging: { provider: "envoy" },
    },
    ...(permissive && {
      overrides: { PeerAuthentication: { "autolytiq/default": { spec: { mtls: { mode } } } } },
    }),
  });
}
