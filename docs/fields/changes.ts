import { facts } from "../../policy-pack/facts";

/** A JSON merge patch of the example, or two patches whose results are compared. */
export type Change = object | Pair;

export interface Pair {
  readonly before: object;
  readonly after: object;
}

/** A change that changes no object, and the reason. */
export interface Nothing {
  readonly change: object;
  readonly nothing: string;
}

type Changes = Record<string, Change | readonly Change[] | Nothing>;

/** The minor version before the default one, for EnvoyFilters that differ between them. */
const previous = facts.istio.minors["1.30"];

const web = (own: object): object => ({ services: { web: own } });
const cart = (own: object): object => ({ services: { cart: own } });
const search = (own: object): object => ({ services: { search: own } });
const bank = (own: object): object => ({ externalServices: { bank: own } });

function mesh(): Changes {
  return {
    "MeshDefinition.$schema": {
      change: { $schema: "./catalog.schema.json" },
      nothing: "editors read it",
    },
    "MeshDefinition.name": { name: "store", namespace: "shop" },
    "MeshDefinition.environment": {
      change: { environment: "dev" },
      nothing: "only the checks use it",
    },
    "MeshDefinition.namespace": { namespace: "other" },
    "MeshDefinition.revision": { revision: "blue" },
    "MeshDefinition.istioVersion": { istioVersion: previous.newest },
    "MeshDefinition.canaryIstioVersion": { canaryIstioVersion: previous.newest },
    "MeshDefinition.sharedNamespaces": { sharedNamespaces: ["shop"] },
    "MeshDefinition.rootNamespace": { rootNamespace: "istio-root" },
    "MeshDefinition.trustDomain": { trustDomain: "example.org" },
    "MeshDefinition.authorization": { authorization: "dryRun" },
    "MeshDefinition.overrides": {
      overrides: { DestinationRule: { "shop/cart": { spec: { exportTo: ["."] } } } },
    },
    "SuppressionDefinition.code": suppressed({ code: "MW303" }),
    "SuppressionDefinition.path": suppressed({ path: "services.web.sidecar.includeInboundPorts" }),
    "SuppressionDefinition.reason": suppressed({ reason: "so we decided" }),
    "CertificatesDefinition.lifetime": { certificates: { lifetime: "48h" } },
    "CertificatesDefinition.renewAt": { certificates: { renewAt: 40 } },
    "CertificatesDefinition.alertAt": { certificates: { alertAt: 20 } },
    "NetworkPoliciesDefinition.dnsNamespace": { networkPolicies: { dnsNamespace: "dns" } },
    "NetworkPoliciesDefinition.dnsPorts": { networkPolicies: { dnsPorts: [5353] } },
    "NetworkPoliciesDefinition.dnsAddresses": {
      before: { networkPolicies: { dnsAddresses: ["169.254.20.10"] } },
      after: { networkPolicies: { dnsAddresses: ["169.254.169.254"] } },
    },
    "NetworkPoliciesDefinition.metricsNamespaces": { networkPolicies: { metricsNamespaces: ["other"] } },
  };
}

function suppressed(own: object): Nothing {
  const suppression = {
    code: "MW302",
    path: "services.web.sidecar",
    reason: "the broker is outside of the mesh",
  };
  return { change: { suppressions: [{ ...suppression, ...own }] }, nothing: "only the checks use it" };
}

function service(): Changes {
  return {
    "ServiceDefinition.namespace": { services: { redis: { namespace: "data" } } },
    "ServiceDefinition.ports": {
      before: { services: { worker: { ports: { http: { port: 8080, protocol: "http" } } } } },
      after: { services: { worker: {} } },
    },
    "ServiceDefinition.service": {
      before: { services: { redis: { service: "none" } } },
      after: { services: { redis: { service: "adopt" } } },
    },
    "ServiceDefinition.selector": search({ selector: { "app.kubernetes.io/name": "search" } }),
    "ServiceAccountDefinition.name": search({ serviceAccount: { name: "finder" } }),
    "ServiceAccountDefinition.create": search({ serviceAccount: { create: false } }),
    "ServiceAccountDefinition.annotations": search({
      serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/search" } },
    }),
    "VersionDefinition.labels": cart({ versions: { v1: { labels: { version: "1.9.0" } } } }),
    "ServiceDefinition.versions": { services: { search: { versions: { v1: {} } } } },
    "ServiceDefinition.reach": web({ reach: { "mail.post.svc.cluster.local": { targetPorts: [2525] } } }),
    "ReachDefinition.targetPorts": {
      before: web({ reach: { "mail.post.svc.cluster.local": { targetPorts: [2525] } } }),
      after: web({ reach: { "mail.post.svc.cluster.local": { targetPorts: [25] } } }),
    },
    "ServiceDefinition.authorization": search({ authorization: "dryRun" }),
    "ServiceDefinition.kubernetesApi": web({ kubernetesApi: true }),
    "PortDefinition.port": [
      search({ ports: { http: { port: 81, targetPort: 8080 } } }),
      { externalServices: { warehouse: { ports: { https: { port: 8443, targetPort: 443 } } } } },
    ],
    "PortDefinition.protocol": [
      search({ ports: { http: { protocol: "http2" } } }),
      bank({ ports: { http: { protocol: "http2" } } }),
    ],
    "PortDefinition.targetPort": [
      search({ ports: { http: { targetPort: 8090 } } }),
      bank({ ports: { http: { targetPort: 8443 } } }),
    ],
    "MtlsDefinition.mode": cart({ mtls: { mode: "PERMISSIVE" } }),
    "MtlsDefinition.ports": cart({ mtls: { ports: { admin: "PERMISSIVE" } } }),
    "SidecarDefinition.includeInboundPorts": web({ sidecar: { includeInboundPorts: [8080, 9000] } }),
    "SidecarDefinition.excludeOutboundPorts": web({ sidecar: { excludeOutboundPorts: [9093] } }),
  };
}

function probes(): Changes {
  const probed = (own: object): object => web({ workload: { probes: own } });
  return {
    "ProbesDefinition.readiness": probed({ readiness: null }),
    "ProbesDefinition.liveness": probed({ liveness: null }),
    "ProbesDefinition.startup": probed({ startup: null }),
    "ProbeDefinition.port": {
      before: cart({ workload: { probes: { readiness: { port: "http" } } } }),
      after: cart({ workload: { probes: { readiness: { port: "admin" } } } }),
    },
    "ProbeDefinition.path": probed({ readiness: { path: "/health" } }),
    "ProbeDefinition.period": probed({ readiness: { period: "6s" } }),
    "ProbeDefinition.timeout": probed({ readiness: { timeout: "3s" } }),
    "ProbeDefinition.failureThreshold": probed({ readiness: { failureThreshold: 4 } }),
  };
}

function workload(): Changes {
  const both = (resources: object): readonly object[] => [
    web({ workload: { resources } }),
    web({ sidecar: { resources } }),
  ];
  return {
    "WorkloadDefinition.image": web({ workload: { image: "registry.example.com/web:1.5.0" } }),
    "WorkloadDefinition.replicas": web({ workload: { replicas: 4 } }),
    "WorkloadDefinition.env": web({ workload: { env: { LOG_LEVEL: "debug" } } }),
    "WorkloadDefinition.kind": search({ workload: { kind: "StatefulSet" } }),
    "WorkloadDefinition.schedule": {
      before: {
        services: { report: { workload: { image: "report:1", kind: "CronJob", schedule: "0 3 * * *" } } },
      },
      after: {
        services: { report: { workload: { image: "report:1", kind: "CronJob", schedule: "0 4 * * *" } } },
      },
    },
    "WorkloadDefinition.timeZone": {
      before: {
        services: { report: { workload: { image: "report:1", kind: "CronJob", schedule: "0 3 * * *" } } },
      },
      after: {
        services: {
          report: {
            workload: {
              image: "report:1",
              kind: "CronJob",
              schedule: "0 3 * * *",
              timeZone: "Europe/Berlin",
            },
          },
        },
      },
    },
    "WorkloadDefinition.volumeClaimTemplates": {
      before: search({ workload: { kind: "StatefulSet" } }),
      after: search({
        workload: {
          kind: "StatefulSet",
          volumeClaimTemplates: {
            data: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
          },
        },
      }),
    },
    "WorkloadDefinition.pod": web({
      workload: {
        pod: {
          containers: [{ name: "web", volumeMounts: [{ name: "cache", mountPath: "/cache" }] }],
          volumes: [{ name: "cache", emptyDir: {} }],
        },
      },
    }),
    "WorkloadDefinition.drain": search({ workload: { drain: "60s" } }),
    "WorkloadDefinition.generatedSecrets": {
      change: web({ workload: { generatedSecrets: { web: "password" } } }),
      nothing: "`pulumi up` generates the Secret, and `render` lists it among the Secrets to create",
    },
    "EnvValue.valueFrom": web({
      workload: { env: { LOG_LEVEL: { valueFrom: { configMapKeyRef: { name: "web", key: "level" } } } } },
    }),
    "WorkloadDefinition.runAsUser": web({ workload: { runAsUser: 2000 } }),
    ...probes(),
    "WorkloadDefinition.labels": web({ workload: { labels: { tier: "backend" } } }),
    "WorkloadDefinition.annotations": web({ workload: { annotations: { "prometheus.io/port": "9091" } } }),
    "ResourceQuantities.cpu": [...both({ requests: { cpu: "200m" } }), ...both({ limits: { cpu: "1" } })],
    "ResourceQuantities.memory": [
      ...both({ requests: { memory: "64Mi" } }),
      ...both({ limits: { memory: "512Mi" } }),
    ],
    "AutoscalingDefinition.minReplicas": search({ workload: { autoscaling: { minReplicas: 4 } } }),
    "AutoscalingDefinition.maxReplicas": search({ workload: { autoscaling: { maxReplicas: 9 } } }),
    "AutoscalingDefinition.averageUtilization": search({
      workload: { autoscaling: { averageUtilization: 60 } },
    }),
  };
}

function traffic(): Changes {
  const balanced = (loadBalancing: object): object => search({ loadBalancing });
  const hashed = (consistentHash: object): object =>
    balanced({ consistentHash: { httpHeaderName: null, ...consistentHash } });
  const cookie = { name: "session", path: "/", ttl: "1h" };
  const cookies = (own: object): Pair => ({
    before: hashed({ httpCookie: cookie }),
    after: hashed({ httpCookie: { ...cookie, ...own } }),
  });
  const near = (failoverPriority: readonly string[]): object =>
    cart({ loadBalancing: { locality: { failover: null, failoverPriority } } });
  const byCookie = (name: string, value: string): object =>
    cart({ traffic: { headerRoutes: [{ cookie: { name, value }, version: "v2" }] } });
  const failing = (own: object): object => cart({ traffic: { fault: own } });
  return {
    "TrafficDefinition.weights": cart({ traffic: { weights: { v1: 80, v2: 20 } } }),
    "HeaderRouteDefinition.headers": cart({
      traffic: { headerRoutes: [{ headers: { "x-canary": "yes" }, version: "v2" }] },
    }),
    "HeaderRouteDefinition.cookie": cart({
      traffic: {
        headerRoutes: [
          { headers: { "x-canary": "true" }, cookie: { name: "canary", value: "true" }, version: "v2" },
        ],
      },
    }),
    "CookieMatch.name": {
      before: byCookie("canary", "true"),
      after: byCookie("beta", "true"),
    },
    "CookieMatch.value": {
      before: byCookie("canary", "true"),
      after: byCookie("canary", "yes"),
    },
    "HeaderRouteDefinition.version": cart({
      traffic: { headerRoutes: [{ headers: { "x-canary": "true" }, version: "v1" }] },
    }),
    "VersionMirrorDefinition.version": {
      before: cart({ traffic: { weights: { v1: 100, v2: 0 } } }),
      after: cart({ traffic: { weights: { v1: 100, v2: 0 }, mirror: { version: "v2" } } }),
    },
    "VersionMirrorDefinition.percentage": cart({ traffic: { mirror: { percentage: 6 } } }),
    "ServiceMirrorDefinition.service": {
      before: search({ traffic: { mirror: { service: "web", percentage: 5 } } }),
      after: search({ traffic: { mirror: { service: "cart", percentage: 5 } } }),
    },
    "ServiceMirrorDefinition.percentage": {
      before: search({ traffic: { mirror: { service: "web", percentage: 5 } } }),
      after: search({ traffic: { mirror: { service: "web", percentage: 6 } } }),
    },
    "FaultDefinition.delay.percentage": failing({ delay: { percentage: 20 } }),
    "FaultDefinition.delay.fixedDelay": failing({ delay: { fixedDelay: "2s" } }),
    "FaultDefinition.abort.percentage": failing({ abort: { percentage: 6 } }),
    "FaultDefinition.abort.httpStatus": failing({ abort: { httpStatus: 503 } }),
    "LoadBalancingDefinition.simple": cart({ loadBalancing: { simple: "RANDOM" } }),
    "ConsistentHash.httpHeaderName": balanced({ consistentHash: { httpHeaderName: "x-user" } }),
    "ConsistentHash.httpQueryParameterName": {
      before: hashed({ httpQueryParameterName: "user" }),
      after: hashed({ httpQueryParameterName: "session" }),
    },
    "ConsistentHash.useSourceIp": {
      before: balanced({ consistentHash: null }),
      after: hashed({ useSourceIp: true }),
    },
    "HttpCookie.name": cookies({ name: "user" }),
    "HttpCookie.path": cookies({ path: "/cart" }),
    "HttpCookie.ttl": cookies({ ttl: "2h" }),
    "LocalityDefinition.failoverPriority": {
      before: near(["topology.kubernetes.io/zone"]),
      after: near(["topology.kubernetes.io/region"]),
    },
    "LocalityFailover.from": cart({
      loadBalancing: { locality: { failover: [{ from: "eu-west", to: "us-east" }] } },
    }),
    "LocalityFailover.to": cart({
      loadBalancing: { locality: { failover: [{ from: "us-west", to: "eu-west" }] } },
    }),
  };
}

function resilience(): Changes {
  const limited = (circuitBreaker: object): object => cart({ circuitBreaker });
  const ejected = (outlierDetection: object): object => limited({ outlierDetection });
  const retried = (retries: object): object => cart({ resilience: { retries } });
  return {
    "ResilienceDefinition.timeout": [
      cart({ resilience: { timeout: "7s" } }),
      bank({ resilience: { timeout: "4s" } }),
    ],
    "ResilienceDefinition.connectTimeout": cart({ resilience: { connectTimeout: "2s" } }),
    "ResilienceDefinition.idleTimeout": [
      cart({ resilience: { idleTimeout: "2h" } }),
      { services: { redis: { resilience: { idleTimeout: "2h" } } } },
    ],
    "RetriesDefinition.attempts": retried({ attempts: 1 }),
    "RetriesDefinition.perTryTimeout": retried({ perTryTimeout: "1s" }),
    "RetriesDefinition.retryOn": retried({ retryOn: ["refused-stream"] }),
    "RetriesDefinition.backoff": retried({ backoff: "200ms" }),
    "CircuitBreakerDefinition.maxConnections": limited({ maxConnections: 60 }),
    "CircuitBreakerDefinition.http1MaxPendingRequests": limited({ http1MaxPendingRequests: 60 }),
    "CircuitBreakerDefinition.http2MaxRequests": limited({ http2MaxRequests: 300 }),
    "CircuitBreakerDefinition.maxRequestsPerConnection": limited({ maxRequestsPerConnection: 50 }),
    "CircuitBreakerDefinition.h2UpgradePolicy": limited({ h2UpgradePolicy: "UPGRADE" }),
    "CircuitBreakerDefinition.maxRetries": limited({ maxRetries: 6 }),
    "RetryBudget.percent": limited({ retryBudget: { percent: 10 } }),
    "RetryBudget.minRetryConcurrency": limited({ retryBudget: { minRetryConcurrency: 4 } }),
    "OutlierDetectionDefinition.consecutive5xxErrors": ejected({ consecutive5xxErrors: 6 }),
    "OutlierDetectionDefinition.consecutiveGatewayErrors": ejected({ consecutiveGatewayErrors: 2 }),
    "OutlierDetectionDefinition.interval": ejected({ interval: "20s" }),
    "OutlierDetectionDefinition.baseEjectionTime": ejected({ baseEjectionTime: "40s" }),
    "OutlierDetectionDefinition.maxEjectionPercent": ejected({ maxEjectionPercent: 20 }),
    "OutlierDetectionDefinition.minHealthPercent": ejected({ minHealthPercent: 40 }),
    "LoadDefinition.rps": search({ load: { rps: 900 } }),
    "LoadDefinition.p99": search({ load: { p99: "300ms" } }),
    "LoadDefinition.headroom": search({ load: { headroom: 3 } }),
    "LoadDefinition.callers": search({ load: { callers: 2 } }),
  };
}

function limits(): Changes {
  const limited = (rateLimit: object): object => cart({ rateLimit });
  const checkout = (own: object): object => cart({ globalRateLimits: { checkout: own } });
  const another = {
    services: {
      other: { ports: { grpc: { port: 8081, protocol: "grpc" }, other: { port: 8082, protocol: "grpc" } } },
    },
  };
  const counted = (rateLimitService: object): object => ({ rateLimitService });
  return {
    "RateLimitDefinition.requests": limited({ requests: 150 }),
    "RateLimitDefinition.per": limited({ per: "2s" }),
    "RateLimitDefinition.burst": limited({ burst: 300 }),
    "TenantKeyDefinition.claim": limited({ quota: { claim: "organization" } }),
    "TenantKeyDefinition.header": limited({ quota: { claim: null, header: "x-tenant" } }),
    "QuotaDefinition.requests": limited({ quota: { requests: 700 } }),
    "QuotaDefinition.per": limited({ quota: { per: "2m" } }),
    "QuotaDefinition.tenants": limited({ quota: { tenants: { gold: 800 } } }),
    "GlobalRateLimitDefinition.requests": checkout({ requests: 30 }),
    "GlobalRateLimitDefinition.per": checkout({ per: "hour" }),
    "GlobalRateLimitDefinition.by": checkout({ by: "remoteAddress" }),
    "GlobalRateLimitDefinition.path": checkout({ path: "/pay" }),
    "TenantDefinition.tenants": checkout({ by: { tenants: { gold: 80 } } }),
    "RateLimitServiceDefinition.service": {
      before: another,
      after: { ...another, ...counted({ service: "other" }) },
    },
    "RateLimitServiceDefinition.port": counted({ port: "other" }),
    "RateLimitServiceDefinition.onFailure": counted({ onFailure: "deny" }),
    "RateLimitServiceDefinition.timeout": counted({ timeout: "70ms" }),
  };
}

function calls(): Changes {
  const call = (own: object): object => web({ calls: { cart: own } });
  return {
    "CallDefinition.asynchronous": {
      change: web({ calls: { search: { asynchronous: true } } }),
      nothing: "only the checks along a call path use it",
    },
    "CallDefinition.dryRun": call({ dryRun: "denied" }),
    "CallDryRunDefinition.methods": {
      before: call({ methods: ["GET", "HEAD"] }),
      after: call({ methods: ["GET", "HEAD"], dryRun: { methods: ["GET"] } }),
    },
    "CallDryRunDefinition.paths": {
      before: call({ paths: ["/items", "/totals"] }),
      after: call({ paths: ["/items", "/totals"], dryRun: { paths: ["/items"] } }),
    },
    "CallDryRunDefinition.endUser": call({ dryRun: { endUser: { claims: { roles: ["owner"] } } } }),
    "CallDefinition.port": {
      before: call({ timeout: null, retries: null }),
      after: call({ timeout: null, retries: null, port: "admin" }),
    },
    "CallDefinition.methods": call({ methods: ["HEAD"] }),
    "CallDefinition.paths": call({ paths: ["/totals"] }),
    "CallDefinition.timeout": call({ timeout: "5s" }),
    "EndUserDefinition.issuer": {
      before: { ...secondIssuer, ...call({ endUser: { issuer: "https://auth.example.com" } }) },
      after: { ...secondIssuer, ...call({ endUser: { issuer: "https://login.example.com" } }) },
    },
    "EndUserDefinition.claims": call({ endUser: { claims: { roles: ["operator"] } } }),
    "AdmitDefinition.namespace": cart({ admit: { billing: { namespace: "accounts" } } }),
    "AdmitDefinition.serviceAccount": cart({ admit: { billing: { serviceAccount: "auditor" } } }),
    ...denials(),
    ...authorizers(),
    "JwtRuleDefinition.issuer": token({ issuer: "https://login.example.com" }),
    "JwtRuleDefinition.jwksUri": token({ jwksUri: "https://auth.example.com/jwks" }),
    "JwtRuleDefinition.audiences": token({ audiences: ["store"] }),
    "JwtRuleDefinition.jwks": {
      jwtRules: [{ issuer: "https://auth.example.com", jwks: '{"keys":[]}', audiences: ["shop"] }],
    },
    "JwtRuleDefinition.fromCookies": token({ fromCookies: ["session"] }),
    "JwtRuleDefinition.fromParams": token({ fromParams: ["access_token"] }),
    "JwtRuleDefinition.spaceDelimitedClaims": token({ spaceDelimitedClaims: ["roles"] }),
    "JwtHeader.name": token({ fromHeaders: [{ name: "x-token" }] }),
    "JwtHeader.prefix": token({ fromHeaders: [{ name: "x-token", prefix: "Token " }] }),
    "ClaimToHeader.header": token({ outputClaimToHeaders: [{ header: "x-user", claim: "sub" }] }),
    "ClaimToHeader.claim": token({ outputClaimToHeaders: [{ header: "x-user", claim: "email" }] }),
    "JwtRuleDefinition.forwardOriginalToken": token({ forwardOriginalToken: false }),
  };
}

function denials(): Changes {
  const denied = (own: object): object => cart({ deny: { admin: own } });
  const excepted = (own: object): object => denied({ notCallers: null, notPaths: ["/items"], ...own });
  return {
    "DenyDefinition.port": denied({ port: "http" }),
    "DenyDefinition.callers": denied({ callers: ["web"] }),
    "DenyDefinition.notCallers": denied({ notCallers: ["billing", "web"] }),
    "DenyDefinition.methods": denied({ methods: ["DELETE"] }),
    "DenyDefinition.notMethods": denied({ notMethods: ["GET"] }),
    "DenyDefinition.paths": denied({ paths: ["/admin/*", "/debug/*"] }),
    "DenyDefinition.notPaths": excepted({}),
    "DenyDefinition.endUser": denied({ endUser: { claims: { plan: ["suspended"] } } }),
    "DenyDefinition.notEndUser": denied({ notEndUser: { claims: { roles: ["admin"] } } }),
    "DenyDefinition.ipBlocks": denied({ ipBlocks: ["10.20.0.0/24"] }),
    "DenyDefinition.notIpBlocks": denied({ notIpBlocks: ["10.20.0.0/24"] }),
  };
}

function authorizers(): Changes {
  const opa = (own: object): object => ({ extensionProviders: { opa: { envoyExtAuthzGrpc: own } } });
  const login = (own: object): object => ({ extensionProviders: { login: { envoyExtAuthzHttp: own } } });
  const used = { services: { cart: { extAuthz: { provider: "login" } } } };
  const other = { services: { other: { ports: { grpc: { port: 9191, protocol: "grpc" } } } } };
  const decided = (own: object): object => cart({ extAuthz: own });
  return {
    "ExtensionProviderDefinition.envoyExtAuthzHttp": {
      before: used,
      after: {
        ...used,
        extensionProviders: {
          login: { envoyExtAuthzHttp: null, envoyExtAuthzGrpc: { service: "opa", port: "grpc" } },
        },
      },
    },
    "ExtensionProviderDefinition.envoyExtAuthzGrpc": {
      extensionProviders: {
        opa: { envoyExtAuthzGrpc: null, envoyExtAuthzHttp: { service: "opa", port: "http" } },
      },
    },
    "ExtAuthzGrpcDefinition.service": { before: other, after: { ...other, ...opa({ service: "other" }) } },
    "ExtAuthzGrpcDefinition.port": opa({ port: "next" }),
    "ExtAuthzGrpcDefinition.timeout": opa({ timeout: "1s" }),
    "ExtAuthzGrpcDefinition.failOpen": opa({ failOpen: true }),
    "ExtAuthzGrpcDefinition.statusOnError": opa({ statusOnError: 503 }),
    "RequestBodyInCheck.maxRequestBytes": opa({ includeRequestBodyInCheck: { maxRequestBytes: 8192 } }),
    "RequestBodyInCheck.allowPartialMessage": opa({
      includeRequestBodyInCheck: { maxRequestBytes: 8192, allowPartialMessage: true },
    }),
    "ExtAuthzHttpDefinition.pathPrefix": {
      before: used,
      after: { ...used, ...login({ pathPrefix: "/check" }) },
    },
    "ExtAuthzHttpDefinition.includeRequestHeadersInCheck": login({
      includeRequestHeadersInCheck: ["cookie"],
    }),
    "ExtAuthzHttpDefinition.headersToUpstreamOnAllow": login({ headersToUpstreamOnAllow: ["x-user"] }),
    "ExtAuthzHttpDefinition.headersToDownstreamOnAllow": login({
      headersToDownstreamOnAllow: ["set-cookie"],
    }),
    "ExtAuthzHttpDefinition.headersToDownstreamOnDeny": login({ headersToDownstreamOnDeny: ["set-cookie"] }),
    "ExtAuthzDefinition.provider": decided({ provider: "login" }),
    "ExtAuthzDefinition.paths": decided({ paths: ["/items/*"] }),
    "ExtAuthzDefinition.notPaths": decided({ notPaths: ["/health", "/ready"] }),
  };
}

const secondIssuer = {
  jwtRules: [{ issuer: "https://auth.example.com" }, { issuer: "https://login.example.com" }],
};

function token(own: object): object {
  const rule = {
    issuer: "https://auth.example.com",
    jwksUri: "https://auth.example.com/keys",
    audiences: ["shop"],
    forwardOriginalToken: true,
  };
  return { jwtRules: [{ ...rule, ...own }] };
}

function edges(): Changes {
  const host = (own: object): object => ({ gateways: { public: { hosts: { "shop.example.com": own } } } });
  const redirect = { prefix: "/old", authority: "new.example.com", uri: "/new", redirectCode: 308 };
  const redirected = (own: object): object => host({ redirects: [{ ...redirect, ...own }] });
  const route = {
    prefix: "/web",
    rewrite: "/",
    service: "web",
    methods: ["GET"],
    timeout: "5s",
    retries: { attempts: 1 },
  };
  const installed = {
    namespace: "istio-system",
    serviceAccount: "istio-ingressgateway-service-account",
    selector: { istio: "ingressgateway" },
  };
  const delegating = (own: object): object =>
    host({ delegates: [{ prefix: "/blog", delegate: { name: "blog", namespace: "blog" }, ...own }] });
  const delegate = (own: object): object => ({ delegates: { storefront: own } });
  const robots = { match: { uri: { exact: "/robots.txt" } }, status: 200 };
  const routed = (own: object): object => host({ routes: [{ ...route, ...own }] });
  const ports = { http: { port: 8080, protocol: "http" }, admin: { port: 9090, protocol: "http" } };
  const shared = (own: object): Pair => {
    const to = (more: object): object => ({
      services: { next: { ports }, other: { ports } },
      ...routed({ destinations: [{ service: "next", port: "http", weight: 10, ...more }] }),
    });
    return { before: to({}), after: to(own) };
  };
  const changing = (headers: object): object => ({ headers });
  const routedBy = (match: object): object => {
    const path = "uri" in match ? { paths: ["/users/*"] } : { prefix: "/web" };
    return host({ routes: [{ service: "web", ...path, match }] });
  };
  const matched = (before: object, after: object) => ({ before: routedBy(before), after: routedBy(after) });
  const withHeader = (before: object, after: object) =>
    matched({ headers: { "x-canary": before } }, { headers: { "x-canary": after } });
  return {
    "ExternalServiceDefinition.host": bank({ host: "pay.bank.example.com" }),
    "ExternalServiceDefinition.addresses": bank({ addresses: ["10.20.0.8"] }),
    "ExternalServiceDefinition.resolution": {
      before: { externalServices: { warehouse: { host: "*.warehouse.example.com" } } },
      after: {
        externalServices: { warehouse: { host: "*.warehouse.example.com", resolution: "DYNAMIC_DNS" } },
      },
    },
    "OriginatedTls.mode": bank({ tls: null }),
    "OriginatedTls.credentialName": {
      before: bank({ egressGateway: true }),
      after: bank({ egressGateway: true, tls: { mode: "MUTUAL", credentialName: "bank-client" } }),
    },
    "ExternalServiceDefinition.egressGateway": bank({ egressGateway: true }),
    "GatewayDefinition.release": { gateways: { public: { release: "istio-public" } } },
    "GatewayDefinition.namespace": { gateways: { public: { namespace: "edge" } } },
    "GatewayDefinition.serviceAccount": {
      before: { gateways: { public: installed } },
      after: { gateways: { public: { ...installed, serviceAccount: "other" } } },
    },
    "GatewayDefinition.selector": {
      before: { gateways: { public: installed } },
      after: { gateways: { public: { ...installed, selector: { istio: "other", app: "gateway" } } } },
    },
    "GatewayDefinition.hosts": {
      gateways: {
        public: {
          hosts: {
            "shop.example.com": null,
            "store.example.com": { tls: { credentialName: "shop-cert" }, routes: [route] },
          },
        },
      },
    },
    "TlsDefinition.credentialName": host({ tls: { credentialName: "other-cert" } }),
    "TlsDefinition.mode": host({ tls: { mode: "MUTUAL" } }),
    "TlsDefinition.caCertCredentialName": {
      before: host({ tls: { mode: "MUTUAL" } }),
      after: host({ tls: { mode: "MUTUAL", caCertCredentialName: "client-ca" } }),
    },
    "TlsDefinition.terminatedBy": {
      before: {},
      after: host({
        tls: {
          mode: "DISABLE",
          terminatedBy: "loadBalancer",
          credentialName: null,
          minProtocolVersion: null,
        },
      }),
    },
    "GatewayHostDefinition.port": host({ port: 8443 }),
    "TlsDefinition.minProtocolVersion": host({ tls: { minProtocolVersion: "TLSV1_3" } }),
    "GatewayRouteDefinition.prefix": routed({ prefix: "/www" }),
    "RouteMatchDefinition.uri": host({ routes: [{ service: "web", match: { uri: { exact: "/login" } } }] }),
    "RouteMatchDefinition.headers": routed({ match: { headers: { "x-canary": { exact: "true" } } } }),
    "RouteMatchDefinition.queryParams": routed({ match: { queryParams: { version: { exact: "2" } } } }),
    "UriMatch.exact": matched({ uri: { exact: "/login" } }, { uri: { exact: "/logout" } }),
    "UriMatch.regex": matched({ uri: { regex: "/users/[0-9]+" } }, { uri: { regex: "/users/.+" } }),
    "StringMatch.exact": withHeader({ exact: "1" }, { exact: "2" }),
    "StringMatch.prefix": withHeader({ prefix: "1" }, { prefix: "2" }),
    "StringMatch.regex": withHeader({ regex: "[0-9]" }, { regex: "[a-z]" }),
    "QueryParamMatch.exact": matched(
      { queryParams: { v: { exact: "1" } } },
      { queryParams: { v: { exact: "2" } } },
    ),
    "QueryParamMatch.regex": matched(
      { queryParams: { v: { regex: "[0-9]" } } },
      { queryParams: { v: { regex: "[a-z]" } } },
    ),
    "GatewayRouteDefinition.rewrite": routed({ rewrite: "/v1" }),
    "GatewayRouteDefinition.headers": routed(changing({ response: { set: { "x-frame-options": "DENY" } } })),
    "GatewayRouteDefinition.destinations": routed({ destinations: [{ service: "search", weight: 10 }] }),
    "RouteDestinationDefinition.service": shared({ service: "other" }),
    "RouteDestinationDefinition.port": shared({ port: "admin" }),
    "RouteDestinationDefinition.weight": shared({ weight: 20 }),
    "GatewayRouteDefinition.ipBlocks": routed({ ipBlocks: ["203.0.113.0/24"] }),
    "GatewayRouteDefinition.notIpBlocks": routed({ notIpBlocks: ["203.0.113.7"] }),
    "HeadersDefinition.request": routed(changing({ request: { remove: ["x-debug"] } })),
    "HeadersDefinition.response": routed(changing({ response: { remove: ["server"] } })),
    "HeaderOperationsDefinition.set": routed(changing({ response: { set: { "x-frame-options": "DENY" } } })),
    "HeaderOperationsDefinition.add": routed(changing({ response: { add: { vary: "accept" } } })),
    "HeaderOperationsDefinition.remove": routed(changing({ response: { remove: ["server"] } })),
    "GatewayRouteDefinition.service": routed({ service: "search" }),
    "GatewayRedirectDefinition.prefix": redirected({ prefix: "/gone" }),
    "GatewayRedirectDefinition.authority": redirected({ authority: "other.example.com" }),
    "GatewayRedirectDefinition.uri": redirected({ uri: "/newer" }),
    "GatewayRedirectDefinition.redirectCode": redirected({ redirectCode: 307 }),
    "GatewayDirectResponseDefinition.prefix": host({
      directResponses: [{ prefix: "/maintenance", status: 200 }],
    }),
    "GatewayDirectResponseDefinition.status": host({ directResponses: [{ ...robots, status: 404 }] }),
    "GatewayDirectResponseDefinition.headers": host({
      directResponses: [{ ...robots, headers: { response: { set: { "cache-control": "max-age=60" } } } }],
    }),
    "HttpBody.string": host({ directResponses: [{ ...robots, body: { string: "Disallow: /" } }] }),
    "HttpBody.bytes": host({ directResponses: [{ ...robots, body: { bytes: "RGlzYWxsb3c6IC8=" } }] }),
    "GatewayDelegateDefinition.prefix": delegating({ prefix: "/news" }),
    "DelegateReference.name": delegating({ delegate: { name: "news", namespace: "blog" } }),
    "DelegateReference.namespace": delegating({ delegate: { name: "blog", namespace: "news" } }),
    "DelegateDefinition.exportTo": delegate({ exportTo: "other" }),
    "DelegateDefinition.prefix": {
      change: delegate({ prefix: "/" }),
      nothing: "only the checks use it: all routes lie below it",
    },
    "DelegateDefinition.release": delegate({ release: "istio-public" }),
    "DelegateDefinition.namespace": delegate({ namespace: "edge" }),
    "DelegateDefinition.serviceAccount": {
      before: delegate(installed),
      after: delegate({ ...installed, serviceAccount: "other" }),
    },
    "DelegateDefinition.selector": {
      before: delegate(installed),
      after: delegate({ ...installed, selector: { istio: "other" } }),
    },
    "GatewayHostDefinition.acmeHttp01": host({ acmeHttp01: true }),
    "CorsDefinition.allowOrigins": host({ cors: { allowOrigins: ["https://www.example.com"] } }),
    "CorsDefinition.allowMethods": host({ cors: { allowMethods: ["PUT"] } }),
    "CorsDefinition.allowHeaders": host({ cors: { allowHeaders: ["x-user"] } }),
    "CorsDefinition.exposeHeaders": host({ cors: { exposeHeaders: ["x-trace-id"] } }),
    "CorsDefinition.maxAge": host({ cors: { maxAge: "20m" } }),
    "CorsDefinition.allowCredentials": host({ cors: { allowCredentials: true } }),
  };
}

function reports(): Changes {
  const told = (telemetry: object): object => ({ telemetry });
  const metric = { metric: "REQUEST_SIZE", mode: "CLIENT", disabled: true };
  const overridden = (own: object): object => told({ metrics: { overrides: [{ ...metric, ...own }] } });
  const alarmed = (alerts: object): readonly object[] => [{ alerts }, cart({ alerts })];
  return {
    "TelemetryDefinition.metrics.provider": told({ metrics: { provider: "other" } }),
    "TelemetryDefinition.tracing.provider": told({ tracing: { provider: "tempo" } }),
    "TelemetryDefinition.tracing.service": told({
      tracing: { service: "tempo.tracing.svc.cluster.local" },
    }),
    "TelemetryDefinition.tracing.randomSamplingPercentage": told({
      tracing: { randomSamplingPercentage: 2 },
    }),
    "TelemetryDefinition.accessLogging.provider": told({ accessLogging: { provider: "other" } }),
    "TelemetryDefinition.accessLogging.filter": told({ accessLogging: { filter: "response.code == 503" } }),
    "TelemetryDefinition.gateways": told({ gateways: false }),
    "TelemetryDefinition.auditLogging.provider": told({ auditLogging: { provider: "trail" } }),
    "MetricOverride.metric": overridden({ metric: "RESPONSE_SIZE" }),
    "MetricOverride.mode": overridden({ mode: "SERVER" }),
    "MetricOverride.disabled": overridden({ disabled: false }),
    "ServiceTelemetryDefinition.tracing.randomSamplingPercentage": cart({
      telemetry: { tracing: { randomSamplingPercentage: 60 } },
    }),
    "ServiceTelemetryDefinition.accessLogging.filter": cart({
      telemetry: { accessLogging: { filter: "response.code == 404" } },
    }),
    "ServiceTelemetryDefinition.accessLogging.disabled": cart({
      telemetry: { accessLogging: { disabled: true } },
    }),
    "AlertsDefinition.errorRate": alarmed({ errorRate: 4 }),
    "AlertsDefinition.p99": alarmed({ p99: "3s" }),
    "AlertsDefinition.availability": alarmed({ availability: 99 }),
    "AlertsDefinition.mtlsShare": alarmed({ mtlsShare: 90 }),
  };
}

/**
 * A change of the example for each field, which changes only that field. A field at several paths has several changes.
 */
export const changes: Readonly<Changes> = {
  ...mesh(),
  ...service(),
  ...workload(),
  ...traffic(),
  ...resilience(),
  ...limits(),
  ...calls(),
  ...edges(),
  ...reports(),
};
