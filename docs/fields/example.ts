import { defineMesh } from "../../catalog";

/**
 * A catalog that uses nearly every field. The reference changes one field after the other, and shows what changes in the
 * rendered objects.
 */
export const example = defineMesh({
  name: "shop",
  environment: "staging",
  services: {
    web: {
      ports: { http: { port: 8080, protocol: "http" } },
      workload: {
        image: "registry.example.com/web:1.4.2",
        replicas: 3,
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        env: { LOG_LEVEL: "info" },
        runAsUser: 1000,
        probes: {
          readiness: { path: "/ready", period: "5s", timeout: "2s", failureThreshold: 2 },
          liveness: { path: "/live" },
          startup: { path: "/live" },
        },
        labels: { tier: "frontend" },
        annotations: { "prometheus.io/port": "9090" },
      },
      sidecar: {
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        includeInboundPorts: [8080],
        excludeOutboundPorts: [9092],
      },
      calls: {
        cart: {
          port: "http",
          methods: ["GET"],
          paths: ["/items"],
          endUser: { claims: { roles: ["admin"] } },
          timeout: "4s",
          retries: { attempts: 1, perTryTimeout: "2s", retryOn: ["connect-failure"], backoff: "50ms" },
        },
        search: {},
        bank: {},
        warehouse: {},
        redis: {},
      },
    },
    cart: {
      ports: {
        http: { port: 80, targetPort: 8080, protocol: "http" },
        admin: { port: 9090, protocol: "http" },
      },
      versions: {
        v1: {},
        v2: { image: "registry.example.com/cart:2.0.0", replicas: 2 },
        v3: { replicas: 2 },
      },
      traffic: {
        weights: { v1: 90, v2: 10, v3: 0 },
        headerRoutes: [{ headers: { "x-canary": "true" }, version: "v2" }],
        mirror: { version: "v3", percentage: 5 },
        fault: {
          delay: { percentage: 10, fixedDelay: "1s" },
          abort: { percentage: 5, httpStatus: 500 },
        },
      },
      resilience: {
        timeout: "6s",
        connectTimeout: "1s",
        idleTimeout: "1h",
        retries: { attempts: 2, perTryTimeout: "2s", retryOn: ["connect-failure"], backoff: "100ms" },
      },
      circuitBreaker: {
        maxConnections: 50,
        http1MaxPendingRequests: 50,
        http2MaxRequests: 200,
        maxRequestsPerConnection: 100,
        maxRetries: 5,
        retryBudget: { percent: 20, minRetryConcurrency: 3 },
        outlierDetection: {
          consecutive5xxErrors: 5,
          consecutiveGatewayErrors: 3,
          interval: "10s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 40,
          minHealthPercent: 30,
        },
      },
      loadBalancing: { simple: "ROUND_ROBIN", locality: { failover: [{ from: "us-west", to: "us-east" }] } },
      rateLimit: {
        requests: 100,
        per: "1s",
        burst: 200,
        quota: { claim: "tenant_id", requests: 600, per: "1m", tenants: { gold: 900 } },
      },
      globalRateLimits: {
        checkout: {
          requests: 20,
          per: "minute",
          path: "/checkout",
          by: { claim: "tenant_id", tenants: { gold: 90 } },
        },
      },
      telemetry: {
        tracing: { randomSamplingPercentage: 50 },
        accessLogging: { filter: "response.code >= 400", disabled: false },
      },
      alerts: { errorRate: 3, p99: "2s", availability: 99.5, mtlsShare: 98 },
      mtls: { mode: "STRICT", ports: { admin: "STRICT" } },
      workload: { image: "registry.example.com/cart:1.9.0", replicas: 3 },
      admit: {
        billing: { namespace: "finance", serviceAccount: "billing", port: "http", methods: ["GET"] },
      },
      deny: { admin: { paths: ["/admin/*"], notCallers: ["billing"] } },
      extAuthz: { provider: "opa", notPaths: ["/health"] },
    },
    search: {
      ports: { http: { port: 8080, protocol: "http" } },
      load: { rps: 600, p99: "200ms", headroom: 2, callers: 4 },
      loadBalancing: { consistentHash: { httpHeaderName: "x-session" } },
      workload: {
        image: "registry.example.com/search:1.0.0",
        resources: { requests: { cpu: "100m" } },
        autoscaling: { minReplicas: 3, maxReplicas: 6, averageUtilization: 70 },
      },
    },
    redis: { ports: { redis: { port: 6379, protocol: "redis" } }, resilience: { idleTimeout: "1h" } },
    opa: {
      ports: {
        grpc: { port: 9191, protocol: "grpc" },
        next: { port: 9192, protocol: "grpc" },
        http: { port: 8181, protocol: "http" },
      },
    },
    counter: {
      ports: { grpc: { port: 8081, protocol: "grpc" }, other: { port: 8082, protocol: "grpc" } },
      workload: { image: "registry.example.com/ratelimit:1.0.0" },
    },
  },
  externalServices: {
    bank: {
      host: "api.bank.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      addresses: ["10.20.0.7"],
      tls: { mode: "SIMPLE" },
      resilience: { timeout: "5s" },
      circuitBreaker: { maxConnections: 20 },
    },
    warehouse: { host: "warehouse.example.com", ports: { https: { port: 443, protocol: "tls" } } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop-cert", minProtocolVersion: "TLSV1_2" },
          routes: [
            {
              prefix: "/web",
              rewrite: "/",
              service: "web",
              methods: ["GET"],
              timeout: "5s",
              retries: { attempts: 1 },
            },
          ],
          delegates: [{ prefix: "/blog", delegate: { name: "blog", namespace: "blog" } }],
          directResponses: [{ match: { uri: { exact: "/robots.txt" } }, status: 200 }],
          redirects: [{ prefix: "/old", authority: "new.example.com", uri: "/new", redirectCode: 308 }],
          cors: {
            allowOrigins: ["https://app.example.com"],
            allowMethods: ["GET"],
            allowHeaders: ["x-session"],
            exposeHeaders: ["x-request-id"],
            maxAge: "10m",
            allowCredentials: false,
          },
        },
      },
    },
  },
  delegates: {
    storefront: {
      exportTo: "edge",
      prefix: "/shop",
      routes: [{ prefix: "/shop", service: "web", methods: ["GET"] }],
    },
  },
  jwtRules: [
    {
      issuer: "https://auth.example.com",
      jwksUri: "https://auth.example.com/keys",
      audiences: ["shop"],
      forwardOriginalToken: true,
    },
  ],
  extensionProviders: {
    opa: { envoyExtAuthzGrpc: { service: "opa", port: "grpc", timeout: "500ms" } },
    login: { envoyExtAuthzHttp: { service: "opa", port: "http" } },
  },
  rateLimitService: { service: "counter", port: "grpc", onFailure: "allow", timeout: "50ms" },
  telemetry: {
    metrics: {
      provider: "prometheus",
      overrides: [{ metric: "REQUEST_SIZE", mode: "CLIENT", disabled: true }],
    },
    tracing: {
      provider: "jaeger",
      service: "jaeger.monitoring.svc.cluster.local",
      randomSamplingPercentage: 1,
    },
    accessLogging: { provider: "envoy", filter: "response.code >= 500" },
    auditLogging: { provider: "audit" },
  },
  alerts: { errorRate: 2, p99: "500ms", availability: 99.9, mtlsShare: 99 },
  certificates: { lifetime: "24h", renewAt: 50, alertAt: 25 },
  networkPolicies: { dnsNamespace: "kube-system", metricsNamespaces: ["monitoring"] },
});
