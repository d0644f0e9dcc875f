/** A page that explains what a rule is about. */
export interface Page {
  readonly title: string;
  readonly url:
    | `https://istio.io/latest/docs/${string}/`
    | `https://kubernetes.io/docs/${string}/`
    | `https://www.envoyproxy.io/docs/envoy/latest/${string}`
    /** A page of Meshwright's own, as seen from `docs/checks`. */
    | `../${string}.md`;
}

const istio = "https://istio.io/latest/docs";
const kubernetes = "https://kubernetes.io/docs";
const envoy = "https://www.envoyproxy.io/docs/envoy/latest";

/** The pages that rules refer to. Each address stands here once. */
export const pages = {
  catalog: { title: "Meshwright: the catalog", url: "../catalog.md" },
  outputs: { title: "Meshwright: values that only other resources know", url: "../guide/outputs.md" },
  limits: { title: "Meshwright: limits", url: "../guide/limits.md" },
  operation: { title: "Meshwright: operation", url: "../guide/operation.md" },

  accessLogs: { title: "Istio: access logs", url: `${istio}/tasks/observability/logs/access-log/` },
  analysis: { title: "Istio: analysis messages", url: `${istio}/reference/config/analysis/` },
  annotations: { title: "Istio: annotations", url: `${istio}/reference/config/annotations/` },
  appHealthCheck: {
    title: "Istio: health checking of services",
    url: `${istio}/ops/configuration/mesh/app-health-check/`,
  },
  applicationRequirements: {
    title: "Istio: application requirements",
    url: `${istio}/ops/deployment/application-requirements/`,
  },
  authorizationIngress: {
    title: "Istio: ingress access control",
    url: `${istio}/tasks/security/authorization/authz-ingress/`,
  },
  authorizationPolicy: {
    title: "Istio: AuthorizationPolicy",
    url: `${istio}/reference/config/security/authorization-policy/`,
  },
  authorizationDryRun: {
    title: "Istio: dry run of AuthorizationPolicies",
    url: `${istio}/tasks/security/authorization/authz-dry-run/`,
  },
  authorizationJwt: { title: "Istio: JWT tokens", url: `${istio}/tasks/security/authorization/authz-jwt/` },
  circuitBreaking: {
    title: "Istio: circuit breaking",
    url: `${istio}/tasks/traffic-management/circuit-breaking/`,
  },
  destinationRule: {
    title: "Istio: DestinationRule",
    url: `${istio}/reference/config/networking/destination-rule/`,
  },
  egressControl: {
    title: "Istio: accessing external services",
    url: `${istio}/tasks/traffic-management/egress/egress-control/`,
  },
  egressGateway: {
    title: "Istio: egress gateways",
    url: `${istio}/tasks/traffic-management/egress/egress-gateway/`,
  },
  egressTls: {
    title: "Istio: egress TLS origination",
    url: `${istio}/tasks/traffic-management/egress/egress-tls-origination/`,
  },
  envoyFilter: { title: "Istio: EnvoyFilter", url: `${istio}/reference/config/networking/envoy-filter/` },
  externalAuthorization: {
    title: "Istio: external authorization",
    url: `${istio}/tasks/security/authorization/authz-custom/`,
  },
  faultInjection: {
    title: "Istio: fault injection",
    url: `${istio}/tasks/traffic-management/fault-injection/`,
  },
  gateway: { title: "Istio: Gateway", url: `${istio}/reference/config/networking/gateway/` },
  installingGateways: {
    title: "Istio: installing gateways",
    url: `${istio}/setup/additional-setup/gateway/`,
  },
  labels: { title: "Istio: labels", url: `${istio}/reference/config/labels/` },
  localityFailover: {
    title: "Istio: locality failover",
    url: `${istio}/tasks/traffic-management/locality-load-balancing/failover/`,
  },
  metrics: { title: "Istio: standard metrics", url: `${istio}/reference/config/metrics/` },
  mirroring: { title: "Istio: mirroring", url: `${istio}/tasks/traffic-management/mirroring/` },
  mutualTlsMigration: {
    title: "Istio: mutual TLS migration",
    url: `${istio}/tasks/security/authentication/mtls-migration/`,
  },
  networkIssues: {
    title: "Istio: traffic management problems",
    url: `${istio}/ops/common-problems/network-issues/`,
  },
  normalization: {
    title: "Istio: authorization policy normalization",
    url: `${istio}/reference/config/security/normalization/`,
  },
  peerAuthentication: {
    title: "Istio: PeerAuthentication",
    url: `${istio}/reference/config/security/peer_authentication/`,
  },
  pilotAgent: { title: "Istio: pilot-agent", url: `${istio}/reference/commands/pilot-agent/` },
  protocolSelection: {
    title: "Istio: protocol selection",
    url: `${istio}/ops/configuration/traffic-management/protocol-selection/`,
  },
  istioRateLimit: { title: "Istio: rate limits", url: `${istio}/tasks/policy-enforcement/rate-limit/` },
  requestAuthentication: {
    title: "Istio: RequestAuthentication",
    url: `${istio}/reference/config/security/request_authentication/`,
  },
  secureIngress: {
    title: "Istio: secure gateways",
    url: `${istio}/tasks/traffic-management/ingress/secure-ingress/`,
  },
  security: { title: "Istio: security", url: `${istio}/concepts/security/` },
  securityBestPractices: {
    title: "Istio: security best practices",
    url: `${istio}/ops/best-practices/security/`,
  },
  serviceEntry: { title: "Istio: ServiceEntry", url: `${istio}/reference/config/networking/service-entry/` },
  sidecar: { title: "Istio: Sidecar", url: `${istio}/reference/config/networking/sidecar/` },
  sidecarInjection: {
    title: "Istio: sidecar injection",
    url: `${istio}/setup/additional-setup/sidecar-injection/`,
  },
  telemetry: { title: "Istio: Telemetry", url: `${istio}/reference/config/telemetry/` },
  trafficManagement: {
    title: "Istio: traffic management",
    url: `${istio}/concepts/traffic-management/`,
  },
  trafficRouting: {
    title: "Istio: understanding traffic routing",
    url: `${istio}/ops/configuration/traffic-management/traffic-routing/`,
  },
  trafficShifting: {
    title: "Istio: traffic shifting",
    url: `${istio}/tasks/traffic-management/traffic-shifting/`,
  },
  virtualService: {
    title: "Istio: VirtualService",
    url: `${istio}/reference/config/networking/virtual-service/`,
  },

  kubernetesAutoscaling: {
    title: "Kubernetes: horizontal pod autoscaling",
    url: `${kubernetes}/concepts/workloads/autoscaling/horizontal-pod-autoscale/`,
  },
  kubernetesCrds: {
    title: "Kubernetes: CustomResourceDefinitions",
    url: `${kubernetes}/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/`,
  },
  kubernetesDisruptions: {
    title: "Kubernetes: disruptions",
    url: `${kubernetes}/concepts/workloads/pods/disruptions/`,
  },
  kubernetesImages: { title: "Kubernetes: images", url: `${kubernetes}/concepts/containers/images/` },
  kubernetesSecrets: { title: "Kubernetes: Secrets", url: `${kubernetes}/concepts/configuration/secret/` },
  kubernetesLabels: {
    title: "Kubernetes: labels and selectors",
    url: `${kubernetes}/concepts/overview/working-with-objects/labels/`,
  },
  kubernetesNames: {
    title: "Kubernetes: object names and IDs",
    url: `${kubernetes}/concepts/overview/working-with-objects/names/`,
  },
  kubernetesNamespaces: {
    title: "Kubernetes: namespaces",
    url: `${kubernetes}/concepts/overview/working-with-objects/namespaces/`,
  },
  kubernetesPodLifecycle: {
    title: "Kubernetes: pod lifecycle",
    url: `${kubernetes}/concepts/workloads/pods/pod-lifecycle/`,
  },
  kubernetesPodSecurity: {
    title: "Kubernetes: Pod Security Standards",
    url: `${kubernetes}/concepts/security/pod-security-standards/`,
  },
  kubernetesProbes: {
    title: "Kubernetes: liveness, readiness and startup probes",
    url: `${kubernetes}/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/`,
  },
  kubernetesResources: {
    title: "Kubernetes: resource management for pods and containers",
    url: `${kubernetes}/concepts/configuration/manage-resources-containers/`,
  },
  kubernetesService: {
    title: "Kubernetes: Service",
    url: `${kubernetes}/concepts/services-networking/service/`,
  },
  kubernetesServiceAccounts: {
    title: "Kubernetes: service accounts",
    url: `${kubernetes}/concepts/security/service-accounts/`,
  },
  kubernetesWorkloads: { title: "Kubernetes: workloads", url: `${kubernetes}/concepts/workloads/` },

  attributes: {
    title: "Envoy: attributes",
    url: `${envoy}/intro/arch_overview/advanced/attributes`,
  },
  envoyCircuitBreaking: {
    title: "Envoy: circuit breaking",
    url: `${envoy}/intro/arch_overview/upstream/circuit_breaking`,
  },
  loadBalancers: {
    title: "Envoy: supported load balancers",
    url: `${envoy}/intro/arch_overview/upstream/load_balancing/load_balancers`,
  },
  localRateLimit: {
    title: "Envoy: local rate limit",
    url: `${envoy}/configuration/http/http_filters/local_rate_limit_filter`,
  },
  outlierDetection: {
    title: "Envoy: outlier detection",
    url: `${envoy}/intro/arch_overview/upstream/outlier`,
  },
  rateLimit: {
    title: "Envoy: rate limit",
    url: `${envoy}/configuration/http/http_filters/rate_limit_filter`,
  },
  router: { title: "Envoy: router", url: `${envoy}/configuration/http/http_filters/router_filter` },
  timeouts: { title: "Envoy: timeouts", url: `${envoy}/faq/configuration/timeouts` },
} as const satisfies Readonly<Record<string, Page>>;
