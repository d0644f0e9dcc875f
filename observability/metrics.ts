/**
 * Every metric that rules and dashboards use. `series` in `promql.ts` accepts only these names and labels, and tests
 * compare every expression with them.
 */

export interface Metric {
  readonly kind: "counter" | "gauge" | "histogram";
  /** Labels of the metric, in addition to {@link targetLabels}. */
  readonly labels: readonly string[];
  readonly reportedBy: Reporter;
}

/**
 * The reporter of a metric, with its documentation. `istioProxy`: the request and connection metrics of Istio's Envoy
 * extension, from both ends of a call. `envoy`: Envoy's own metrics, of which Istio keeps few unless
 * `proxyStatsMatcher` includes more: {@link statsMatchers}. `agent`: the process beside each Envoy. `prometheus`:
 * metrics about its targets.
 */
export type Reporter = keyof typeof reporters;

export const reporters = {
  istioProxy: "https://istio.io/latest/docs/reference/config/metrics/",
  envoy: "https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats",
  agent: "https://istio.io/latest/docs/reference/commands/pilot-agent/#metrics",
  istiod: "https://istio.io/latest/docs/reference/commands/pilot-discovery/#metrics",
  prometheus: "https://prometheus.io/docs/concepts/jobs_instances/",
} as const;

/** Labels that Prometheus adds for each target, by the monitors' relabelling. */
export const targetLabels = ["namespace", "pod", "job", "instance"] as const;

const ends = [
  "reporter",
  "source_workload",
  "source_workload_namespace",
  "source_principal",
  "source_app",
  "source_version",
  "source_cluster",
  "source_canonical_service",
  "source_canonical_revision",
  "destination_workload",
  "destination_workload_namespace",
  "destination_principal",
  "destination_app",
  "destination_version",
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
  "destination_cluster",
  "destination_canonical_service",
  "destination_canonical_revision",
  "request_protocol",
  "response_flags",
  "connection_security_policy",
] as const;

const request = [...ends, "response_code", "grpc_response_status"] as const;

const requestCount = { kind: "counter", labels: request, reportedBy: "istioProxy" } as const;
const requestHistogram = { kind: "histogram", labels: request, reportedBy: "istioProxy" } as const;
const tcp = { kind: "counter", labels: ends, reportedBy: "istioProxy" } as const;
const clusterCounter = { kind: "counter", labels: ["cluster_name"], reportedBy: "envoy" } as const;
const clusterGauge = { kind: "gauge", labels: ["cluster_name"], reportedBy: "envoy" } as const;
const plain = <const K extends Metric["kind"]>(kind: K) =>
  ({ kind, labels: [], reportedBy: "istiod" }) as const;

export const metrics = {
  istio_requests_total: requestCount,
  istio_request_duration_milliseconds: requestHistogram,
  istio_request_bytes: requestHistogram,
  istio_response_bytes: requestHistogram,
  istio_request_messages_total: { ...requestCount, labels: ends },
  istio_response_messages_total: { ...requestCount, labels: ends },
  istio_tcp_connections_opened_total: tcp,
  istio_tcp_connections_closed_total: tcp,
  istio_tcp_sent_bytes_total: tcp,
  istio_tcp_received_bytes_total: tcp,

  envoy_cluster_circuit_breakers_default_cx_open: clusterGauge,
  envoy_cluster_circuit_breakers_default_rq_open: clusterGauge,
  envoy_cluster_circuit_breakers_default_rq_pending_open: clusterGauge,
  envoy_cluster_circuit_breakers_default_rq_retry_open: clusterGauge,
  envoy_cluster_outlier_detection_ejections_active: clusterGauge,
  envoy_cluster_outlier_detection_ejections_enforced_total: clusterCounter,
  envoy_cluster_upstream_cx_overflow: clusterCounter,
  envoy_cluster_upstream_rq_pending_overflow: clusterCounter,
  envoy_cluster_upstream_rq_retry: clusterCounter,
  envoy_cluster_upstream_rq_retry_overflow: clusterCounter,
  envoy_cluster_upstream_rq_retry_success: clusterCounter,
  envoy_cluster_ssl_handshake: clusterCounter,
  envoy_cluster_ssl_connection_error: clusterCounter,
  envoy_listener_ssl_handshake: { kind: "counter", labels: ["listener_address"], reportedBy: "envoy" },
  envoy_listener_ssl_connection_error: { kind: "counter", labels: ["listener_address"], reportedBy: "envoy" },
  envoy_listener_ssl_fail_verify_no_cert: {
    kind: "counter",
    labels: ["listener_address"],
    reportedBy: "envoy",
  },
  envoy_http_rbac: {
    kind: "counter",
    labels: [
      "http_conn_manager_prefix",
      "authz_enforce_result",
      "authz_dry_run_action",
      "authz_dry_run_result",
    ],
    reportedBy: "envoy",
  },

  istio_agent_cert_expiry_seconds: { kind: "gauge", labels: ["resource_name"], reportedBy: "agent" },
  istio_agent_istiod_connection_failures: { kind: "counter", labels: [], reportedBy: "agent" },
  istio_agent_num_failed_outgoing_requests: {
    kind: "counter",
    labels: ["request_type"],
    reportedBy: "agent",
  },

  istiod_uptime_seconds: plain("gauge"),
  pilot_info: { kind: "gauge", labels: ["version"], reportedBy: "istiod" },
  pilot_xds: { kind: "gauge", labels: ["version"], reportedBy: "istiod" },
  pilot_xds_pushes: { kind: "counter", labels: ["type"], reportedBy: "istiod" },
  pilot_total_xds_rejects: { kind: "counter", labels: ["type"], reportedBy: "istiod" },
  pilot_total_xds_internal_errors: plain("counter"),
  pilot_xds_write_timeout: plain("counter"),
  pilot_proxy_convergence_time: plain("histogram"),
  galley_validation_failed: {
    kind: "counter",
    labels: ["group", "version", "resource", "reason"],
    reportedBy: "istiod",
  },
  sidecar_injection_requests_total: plain("counter"),
  sidecar_injection_failure_total: plain("counter"),
  citadel_server_success_cert_issuance_count: plain("counter"),
  citadel_server_csr_count: plain("counter"),
  citadel_server_csr_sign_err_count: { kind: "counter", labels: ["error"], reportedBy: "istiod" },
  citadel_server_authentication_failure_count: plain("counter"),
  citadel_server_root_cert_expiry_seconds: plain("gauge"),
  citadel_server_cert_chain_expiry_seconds: plain("gauge"),

  up: { kind: "gauge", labels: [], reportedBy: "prometheus" },
} as const satisfies Record<string, Metric>;

export type Metrics = typeof metrics;
export type MetricName = keyof Metrics;

/**
 * Patterns of Envoy's own statistics that the metrics above need in addition to Istio's defaults, for the mesh
 * configuration's `defaultConfig.proxyStatsMatcher.inclusionRegexps`.
 *
 * @see https://istio.io/latest/docs/ops/configuration/telemetry/envoy-stats/
 */
export const statsMatchers: readonly string[] = [
  ".*outlier_detection.*",
  ".*upstream_(rq_pending|cx)_overflow",
  ".*upstream_rq_retry.*",
  ".*circuit_breakers.*",
  ".*ssl.*",
];
