import { type ExtensionProvider, formatDuration, hasDryRuns, type Mesh, otlpPort } from "../catalog";
import { statsMatchers } from "../observability";

/**
 * The access log: one JSON object per request. All operators must be supported by Envoy, which rejects a listener with
 * an unknown one. Istio sends the same format to every proxy of the mesh.
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

/**
 * Results of dry runs of AuthorizationPolicies: `allowed` or `denied`, and the rule that matched. The RBAC filter sets them
 * for each request to a workload with a dry run. The identity names the workload, because clients choose the host.
 *
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter#dynamic-metadata
 */
const dryRunLog = {
  destination_identity: "%DOWNSTREAM_LOCAL_URI_SAN%",
  ...Object.fromEntries(
    ["allow", "deny"].flatMap((action) => [
      [`dry_run_${action}_result`, ofDryRun(action, "shadow_engine_result")],
      [`dry_run_${action}_policy`, ofDryRun(action, "shadow_effective_policy_id")],
    ]),
  ),
};

function ofDryRun(action: string, key: string): string {
  return `%DYNAMIC_METADATA(envoy.filters.http.rbac:istio_dry_run_${action}_${key})%`;
}

/** The audit log, as JSON: time, client and server identities, addresses, the request, and whether it was allowed. */
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
  // A denial names its policy: rbac_access_denied_matched_policy[…].
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  connection_termination_details: "%CONNECTION_TERMINATION_DETAILS%",
  response_flags: "%RESPONSE_FLAGS%",
  request_id: "%REQ(X-REQUEST-ID)%",
  traceparent: "%REQ(TRACEPARENT)%",
};

/**
 * The mesh configuration, which applies to every proxy.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function meshConfig(
  mesh: Pick<
    Mesh,
    "telemetry" | "trustDomain" | "extensionProviders" | "gateways" | "authorization" | "services"
  >,
): Record<string, unknown> {
  const { telemetry, trustDomain, extensionProviders: authorizers, gateways } = mesh;
  const { tracing, auditLogging } = telemetry ?? {};
  const extensionProviders = [
    ...(tracing === undefined
      ? []
      : [{ name: tracing.provider, opentelemetry: { service: tracing.service, port: otlpPort } }]),
    // Istio declares the provider `envoy` itself.
    ...(auditLogging === undefined || auditLogging.provider === "envoy"
      ? []
      : [
          {
            name: auditLogging.provider,
            envoyFileAccessLog: { path: "/dev/stdout", logFormat: { labels: auditLog } },
          },
        ]),
    ...authorizers.map(authorizer),
  ];
  return {
    accessLogEncoding: "JSON",
    accessLogFormat: `${JSON.stringify({ ...accessLog, ...(hasDryRuns(mesh) && dryRunLog) }, null, 2)}\n`,
    defaultConfig: {
      // Before Kubernetes 1.33 a proxy starts together with its application, whose first calls would fail.
      holdApplicationUntilProxyStarts: true,
      // By default Istio keeps few of Envoy's statistics; alerts and dashboards use more.
      proxyStatsMatcher: { inclusionRegexps: [...statsMatchers] },
      // Kiali and the dashboards' links search traces by canonical name. Istio's default is the label `app`, which not every pod has.
      ...(tracing && { tracingServiceName: "CANONICAL_NAME_AND_NAMESPACE" }),
    },
    enableAutoMtls: true,
    // Only declared hosts. Each proxy's Sidecar limits them to those that its service calls.
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    // Otherwise //admin, /%2Fadmin or /x/..%2Fadmin would bypass an authorization rule for /admin.
    pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
    // The prefix of identities in the catalog's AuthorizationPolicies.
    trustDomain,
    ...(extensionProviders.length > 0 ? { extensionProviders } : {}),
    ...challenges(gateways),
  };
}

/** The gateway that serves the Ingresses of challenges. Istio's default selects pods of another name. */
function challenges(gateways: Mesh["gateways"]): Record<string, unknown> {
  const pods = gateways.find(({ hosts }) => hosts.some(({ acmeHttp01 }) => acmeHttp01))?.pods;
  const ingressSelector = pods?.selector.istio;
  if (pods === undefined || ingressSelector === undefined) return {};
  return { ingressSelector, ingressService: pods.release ?? pods.serviceAccount };
}

/**
 * The namespace is named, because istiod refuses a host that several namespaces declare. Without a timeout, proxies would
 * wait 10 minutes for a decision.
 */
function authorizer(provider: ExtensionProvider): Record<string, unknown> {
  const { name, kind, namespace, host, port, timeout, failOpen, statusOnError } = provider;
  const { pathPrefix, includeRequestBodyInCheck } = provider;
  const lists = [
    "includeRequestHeadersInCheck",
    "headersToUpstreamOnAllow",
    "headersToDownstreamOnAllow",
    "headersToDownstreamOnDeny",
  ] as const;
  const headers = lists.flatMap((list) => (provider[list] ? [[list, [...provider[list]]]] : []));
  return {
    name,
    [kind]: {
      service: `${namespace}/${host}`,
      port: port.port,
      timeout: formatDuration(timeout),
      failOpen,
      ...(statusOnError !== undefined && { statusOnError: String(statusOnError) }),
      ...(pathPrefix !== undefined && { pathPrefix }),
      ...(includeRequestBodyInCheck && { includeRequestBodyInCheck: { ...includeRequestBodyInCheck } }),
      ...(Object.fromEntries(headers) as Record<string, unknown>),
    },
  };
}
