import { type AdmitDefinition, defineMesh, type Environment, type MeshDefinition } from "../../catalog";
import type { PlatformControlPlane, PlatformObservability } from "../../program/platform";
import { postgres } from "../postgres";

/** Options of AIKernel's stacks. */
export interface AIKernelOptions {
  /** Environment of the stack. Default: prod. */
  readonly environment?: Environment;
  /** Domain of the platform's hosts. Default: aikernel.io. */
  readonly domain?: string;
  /** Issuer of end users' tokens. Default: https://auth.aikernel.io. */
  readonly issuer?: string;
  /** External host of the model provider. Default: models.example.com. */
  readonly modelHost?: string;
  /** Host of the search engine that stores Jaeger's spans in prod. Default: search.example.com. */
  readonly spanStoreHost?: string;
  /** Registry of the platform's own images. Default: registry.aikernel.io. */
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

/** Resilience of the data stores: TCP has no retries. */
const stores = { connectTimeout: "3s", idleTimeout: "1h" } as const;

/**
 * The image sets no user. The servers discover each other through the headless Service of the StatefulSet.
 *
 * @see https://docs.nats.io/running-a-nats-service/configuration/clustering
 */
const broker = {
  kind: "StatefulSet",
  runAsUser: 1000,
  pod: {
    containers: [
      {
        name: "message-broker",
        args: [
          "--cluster_name=aikernel",
          "--cluster=nats://0.0.0.0:6222",
          "--routes=nats://message-broker-headless:6222",
        ],
      },
    ],
  },
} as const;

/** Sidecar resources of the services with much traffic. */
const sidecar = { resources: { requests: { cpu: "200m", memory: "256Mi" } } } as const;

/** The requests of the document's verification procedure, from its own namespace. */
const testClient = {
  namespace: "test-mesh",
  serviceAccount: "sleep",
  methods: ["GET"],
  paths: ["/health"],
} as const satisfies AdmitDefinition;

/** Every method but OPTIONS: browsers send that one without a token, and no page of another origin calls these hosts. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

const tls = { credentialName: "aikernel-cert", minProtocolVersion: "TLSV1_3" } as const;

const readers = { claims: { roles: ["reader", "editor", "admin"] } } as const;
const editors = { claims: { roles: ["editor", "admin"] } } as const;

const requests = (cpu: string, memory: string): { requests: { cpu: string; memory: string } } => ({
  requests: { cpu, memory },
});

/** AIKernel. NOTES.md lists the differences from the platform's document, with reasons. */
export function catalog(options: AIKernelOptions = {}): MeshDefinition {
  const {
    environment = "prod",
    domain = "aikernel.io",
    issuer = "https://auth.aikernel.io",
    modelHost = "models.example.com",
    registry = "registry.aikernel.io",
  } = options;
  const prod = environment === "prod";
  const pods = (image: string, replicas: number) => ({
    image,
    replicas: environment === "dev" ? 1 : replicas,
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
          "catalog-api": { port: "http", methods: ["GET"] },
          "message-broker": { port: "tcp-nats" },
          // A model responds slowly, but the timeout does not exceed api's own.
          "model-provider": { methods: ["POST"], paths: ["/v1/*"], timeout: "10s" },
        },
      },
      "catalog-api": {
        ports: {
          http: { port: 80, targetPort: 8080, protocol: "http" },
          // Editors have a separate port, because a path alone, which has many spellings, must not decide who may
          // write.
          "http-admin": { port: 8081, protocol: "http" },
        },
        resilience,
        circuitBreaker,
        sidecar,
        workload: {
          ...pods(`${registry}/catalog-api:v1`, 3),
          probes: { readiness: { port: "http", path: "/health" } },
        },
        ...(!prod && { admit: { "test-client": { ...testClient, port: "http" } } }),
        calls: { "catalog-db": {}, "message-broker": { port: "tcp-nats" } },
      },
      "message-broker": {
        namespace: infrastructure,
        ports: {
          "tcp-nats": { port: 4222, protocol: "tcp" },
          "tcp-cluster": { port: 6222, protocol: "tcp" },
        },
        resilience: stores,
        workload: { ...pods("nats:2.12.1", 3), ...broker },
        // Its servers form one cluster.
        calls: { "message-broker": { port: "tcp-cluster" } },
      },
      "catalog-db": {
        namespace: data,
        ports: { "tcp-postgres": { port: 5432, protocol: "tcp" } },
        resilience: stores,
        workload: postgres("catalog-db"),
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
            routes: [{ prefix: "/", service: "api", methods, endUser: readers }],
          },
          [`catalog.${domain}`]: {
            tls,
            routes: [
              { prefix: "/admin", service: "catalog-api", port: "http-admin", methods, endUser: editors },
              {
                prefix: "/",
                service: "catalog-api",
                port: "http",
                methods: ["GET", "HEAD"],
                endUser: readers,
              },
            ],
          },
        },
      },
    },
    jwtRules: [{ issuer, jwksUri: `${issuer}/.well-known/jwks.json` }],
    telemetry: {
      metrics: { provider: "prometheus" },
      tracing: {
        provider: "jaeger",
        service: `jaeger.${monitoring}.svc.cluster.local`,
        randomSamplingPercentage: prod ? 1 : 100,
      },
      accessLogging: { provider: "envoy" },
    },
    alerts: { errorRate: 5, p99: "1s" },
    certificates: { lifetime: "24h" },
    networkPolicies: { metricsNamespaces: [monitoring] },
  });
}

/** The document's table applies in prod and staging. In dev there is one of each. */
export function controlPlane(environment: Environment): PlatformControlPlane {
  const sized = environment !== "dev";
  return {
    // The tag serves the namespaces' label istio-injection, so an upgrade only moves the tag.
    ...(sized && { revision: "1-31" }),
    istiod: {
      ...(sized && { autoscaleMin: 3, autoscaleMax: 5 }),
      resources: requests("500m", "2Gi"),
      env: {
        // Ten years. It applies only without your own CA.
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
  };
}

/** The document's table applies in prod and staging, on its volumes; dev has one pod of each component. */
export function observability(
  environment: Environment,
  { domain = "aikernel.io", spanStoreHost = "search.example.com" }: AIKernelOptions = {},
): PlatformObservability {
  const sized = environment !== "dev";
  return {
    namespace: monitoring,
    storageClass: "fast-ssd",
    prometheus: { ...(sized && { replicas: 2 }), resources: requests("500m", "2Gi") },
    jaeger: {
      ...(sized && { replicas: 3, elasticsearchHost: spanStoreHost }),
      resources: requests("200m", "512Mi"),
    },
    grafana: {
      ...(sized && { replicas: 2 }),
      resources: requests("200m", "256Mi"),
      exposure: {
        host: `monitoring.${domain}`,
        ...tls,
        // With one certificate in two Gateways, browsers would reuse a connection to one host for the other.
        credentialName: "aikernel-monitoring-cert",
        claims: { roles: ["operator", "admin"] },
      },
    },
  };
}
