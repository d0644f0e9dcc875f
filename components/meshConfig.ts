import { type Mesh, otlpPort } from "../catalog";
import { statsMatchers } from "../observability";

/**
 * One JSON object per request. Only operators that Envoy knows: it rejects a listener with an unknown one, and
 * Istio hands the same format to every proxy of the mesh.
 *
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
const accessLog = {
  protocol: "%PROTOCOL%",
  upstream_service_time: "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
  route_name: "%ROUTE_NAME%",
  response_code: "%RESPONSE_CODE%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  response_flags: "%RESPONSE_FLAGS%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration: "%DURATION%",
  request_id: "%REQ(X-REQUEST-ID)%",
  traceparent: "%REQ(TRACEPARENT)%",
  request_method: "%REQ(:METHOD)%",
  request_path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  request_time: "%START_TIME%",
  source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
  source_workload: "%FILTER_STATE(downstream_peer_obj:FIELD:workload)%",
  source_namespace: "%FILTER_STATE(downstream_peer_obj:FIELD:namespace)%",
  destination_service: "%REQ(:AUTHORITY)%",
  destination_workload: "%FILTER_STATE(upstream_peer_obj:FIELD:workload)%",
  destination_namespace: "%FILTER_STATE(upstream_peer_obj:FIELD:namespace)%",
};

/** What an auditor asks: when, who, from where, what of whom, and whether it was let through. As JSON, too. */
const auditLog = {
  log: "audit",
  time: "%START_TIME%",
  source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
  source_address: "%DOWNSTREAM_REMOTE_ADDRESS%",
  destination_identity: "%DOWNSTREAM_LOCAL_URI_SAN%",
  destination_service: "%REQ(:AUTHORITY)%",
  destination_address: "%DOWNSTREAM_LOCAL_ADDRESS%",
  protocol: "%PROTOCOL%",
  tls_version: "%DOWNSTREAM_TLS_VERSION%",
  request_method: "%REQ(:METHOD)%",
  request_path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  response_code: "%RESPONSE_CODE%",
  // A refusal names the policy that made it: rbac_access_denied_matched_policy[…].
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  connection_termination_details: "%CONNECTION_TERMINATION_DETAILS%",
  response_flags: "%RESPONSE_FLAGS%",
  request_id: "%REQ(X-REQUEST-ID)%",
  traceparent: "%REQ(TRACEPARENT)%",
};

/**
 * What holds for every proxy of the mesh. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function meshConfig({
  telemetry,
  trustDomain,
}: Pick<Mesh, "telemetry" | "trustDomain">): Record<string, unknown> {
  const { tracing, auditLogging } = telemetry ?? {};
  const extensionProviders = [
    ...(tracing === undefined
      ? []
      : [{ name: tracing.provider, opentelemetry: { service: tracing.service, port: otlpPort } }]),
    // Istio has declared the provider `envoy` itself.
    ...(auditLogging === undefined || auditLogging.provider === "envoy"
      ? []
      : [
          {
            name: auditLogging.provider,
            envoyFileAccessLog: { path: "/dev/stdout", logFormat: { labels: auditLog } },
          },
        ]),
  ];
  return {
    accessLogEncoding: "JSON",
    accessLogFormat: `${JSON.stringify(accessLog, null, 2)}\n`,
    defaultConfig: {
      // Before Kubernetes 1.33 a proxy starts beside its application, whose first calls would be lost.
      holdApplicationUntilProxyStarts: true,
      // Istio keeps few of Envoy's statistics; alerts and dashboards need some more.
      proxyStatsMatcher: { inclusionRegexps: [...statsMatchers] },
    },
    enableAutoMtls: true,
    // Only hosts that the catalog knows; each proxy's Sidecar narrows it down to what its service calls.
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    // An authorization rule for /admin must not be dodged with //admin, /%2Fadmin or /x/..%2Fadmin.
    pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
    // What the catalog's authorization policies take identities to begin with.
    trustDomain,
    ...(extensionProviders.length > 0 ? { extensionProviders } : {}),
  };
}
