import { defineMesh, type Environment, type MeshDefinition } from "../../catalog";

/** What differs between Autolytiq's stacks. */
export interface AutolytiqOptions {
  /** Default: prod. */
  readonly environment?: Environment;
  /**
   * Services whose canary runs, and the percent of their requests that it gets besides those that ask for it by
   * header, 0–100. Default: none.
   */
  readonly canary?: Readonly<Partial<Record<AutolytiqService, number>>>;
  /**
   * Services whose requests are copied to their canary, and how many percent of them, 0–100. Such a canary runs, and
   * must have no share of its own. Default: none.
   */
  readonly mirror?: Readonly<Partial<Record<AutolytiqService, number>>>;
  /**
   * Accept plain text besides mutual TLS everywhere in the platform: for an emergency only, and only with rules that
   * admit callers without an identity. Default: false.
   */
  readonly permissive?: boolean;
  /** Default: api.autolytiq.com. */
  readonly host?: string;
  /** Where the platform's images come from. Default: registry.autolytiq.com. */
  readonly registry?: string;
}

/** The platform's services and the ports that they listen on. */
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

/** Without a limit for each try: four tries of the document's 10s don't fit into 30s. */
const resilience = {
  timeout: "30s",
  connectTimeout: "10s",
  retries: { attempts: 3, retryOn: ["gateway-error", "connect-failure", "refused-stream"] },
} as const;

const sidecar = {
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "300m", memory: "128Mi" } },
} as const;

/** Who asks for the canary gets it, as far as there is one. */
const headerRoutes = [
  { headers: { "x-canary": "true" }, version: "canary" },
  { headers: { "x-user-group": "beta" }, version: "canary" },
] as const;

/** The Autolytiq Desk Studio platform; NOTES.md says where it departs from the platform's document, and why. */
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

  /** All services are guarded, limited and rolled out alike. */
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
      // What stands behind api-gateway, which is retried itself.
      ...Object.keys(ports)
        .filter((name) => name !== "api-gateway")
        .map((name) => ({
          code: "MW404",
          path: `services.${name}.resilience.retries`,
          reason:
            "the platform's document has every call retried; of all requests no proxy has more than three under way as retries",
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
