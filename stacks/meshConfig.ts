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

/**
 * What holds for every proxy of the mesh. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 *
 * @param tracing name of the provider that the catalog's telemetry sends traces to. Default: none.
 */
export function meshConfig(tracing: string | undefined): Record<string, unknown> {
  return {
    accessLogEncoding: "JSON",
    accessLogFormat: `${JSON.stringify(accessLog, null, 2)}\n`,
    enableAutoMtls: true,
    // Only hosts that the catalog knows; each proxy's Sidecar narrows it down to what its service calls.
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    // An authorization rule for /admin must not be dodged with //admin.
    pathNormalization: { normalization: "MERGE_SLASHES" },
    ...(tracing === undefined
      ? {}
      : {
          extensionProviders: [
            {
              name: tracing,
              opentelemetry: { service: `${tracing}.istio-system.svc.cluster.local`, port: 4317 },
            },
          ],
        }),
  };
}
