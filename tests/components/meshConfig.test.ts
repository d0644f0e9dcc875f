import { expect } from "chai";
import type { AuthorizationMode, ProxyTelemetry } from "../../catalog";
import { meshConfig } from "../../components/meshConfig";
import { statsMatchers } from "../../observability";

describe("components/meshConfig", () => {
  // https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
  const operators = new Set([
    "PROTOCOL",
    "RESP",
    "UPSTREAM_CLUSTER",
    "ROUTE_NAME",
    "RESPONSE_CODE",
    "RESPONSE_CODE_DETAILS",
    "RESPONSE_FLAGS",
    "BYTES_RECEIVED",
    "BYTES_SENT",
    "DURATION",
    "REQ",
    "START_TIME",
    "DOWNSTREAM_PEER_URI_SAN",
    "FILTER_STATE",
    "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_LOCAL_ADDRESS",
    "DOWNSTREAM_LOCAL_URI_SAN",
    "DOWNSTREAM_TLS_VERSION",
    "CONNECTION_TERMINATION_DETAILS",
    "DYNAMIC_METADATA",
  ]);
  const expectKnown = (format: Record<string, string>): void => {
    for (const [field, value] of Object.entries(format)) {
      const operator = /^%([A-Z_]+)(\([^%]*\))?%$/.exec(value)?.[1];
      expect(operators.has(operator ?? ""), `${field}: ${value}`).to.equal(true);
    }
  };

  const configOf = (telemetry: ProxyTelemetry = {}, authorization: AuthorizationMode = "enforced") =>
    meshConfig({
      authorization,
      services: [],
      telemetry: { gateways: true, ...telemetry },
      trustDomain: "example.org",
      extensionProviders: [],
      gateways: [],
    });

  it("has applications wait for their proxies, and proxies keep the statistics that alerts need", () => {
    expect(configOf().defaultConfig).to.deep.equal({
      holdApplicationUntilProxyStarts: true,
      proxyStatsMatcher: { inclusionRegexps: [...statsMatchers] },
    });
  });

  it("names services in traces by canonical name and namespace, as Kiali and the dashboards search them", () => {
    const { defaultConfig } = configOf({
      tracing: {
        provider: "jaeger",
        service: "jaeger.monitoring.svc.cluster.local",
        randomSamplingPercentage: 1,
      },
    });
    expect(defaultConfig).to.deep.include({ tracingServiceName: "CANONICAL_NAME_AND_NAMESPACE" });
  });

  it("logs JSON with operators that Envoy knows, the correlation ids among them", () => {
    const { accessLogEncoding, accessLogFormat } = configOf();
    expect(accessLogEncoding).to.equal("JSON");
    const format = JSON.parse(accessLogFormat as string) as Record<string, string>;
    expectKnown(format);
    expect(format).to.include({
      request_id: "%REQ(X-REQUEST-ID)%",
      traceparent: "%REQ(TRACEPARENT)%",
      source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
      upstream_service_time: "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    });
  });

  it("logs the results of a dry run with the callee's identity, and only while there is one", () => {
    const formatOf = (mode: AuthorizationMode): Record<string, string> =>
      JSON.parse(configOf({}, mode).accessLogFormat as string) as Record<string, string>;
    const format = formatOf("dryRun");
    expectKnown(format);
    const metadata = (key: string): string =>
      `%DYNAMIC_METADATA(envoy.filters.http.rbac:istio_dry_run_${key})%`;
    expect(format).to.include({
      destination_identity: "%DOWNSTREAM_LOCAL_URI_SAN%",
      dry_run_allow_result: metadata("allow_shadow_engine_result"),
      dry_run_allow_policy: metadata("allow_shadow_effective_policy_id"),
      dry_run_deny_result: metadata("deny_shadow_engine_result"),
      dry_run_deny_policy: metadata("deny_shadow_effective_policy_id"),
    });
    expect(formatOf("enforced")).to.not.have.any.keys("destination_identity", "dry_run_allow_result");
  });

  it("declares the tracing provider that the catalog names, and none otherwise", () => {
    const service = "jaeger.monitoring.svc.cluster.local";
    const tracing = { provider: "jaeger", service, randomSamplingPercentage: 1 } as const;
    expect(configOf({ tracing }).extensionProviders).to.deep.equal([
      { name: "jaeger", opentelemetry: { service, port: 4317 } },
    ]);
    expect(configOf()).to.not.have.property("extensionProviders");
  });

  it("declares a log for auditors, which tells who asked whom for what, and the verdict", () => {
    const { extensionProviders } = configOf({ auditLogging: { provider: "audit" } }) as {
      extensionProviders: {
        name: string;
        envoyFileAccessLog: { path: string; logFormat: { labels: Record<string, string> } };
      }[];
    };
    expect(extensionProviders.map(({ name }) => name)).to.deep.equal(["audit"]);
    const { path, logFormat } = extensionProviders[0]?.envoyFileAccessLog ?? {};
    expect(path).to.equal("/dev/stdout");
    const { log, ...format } = logFormat?.labels ?? {};
    expect(log).to.equal("audit");
    expectKnown(format);
    expect(format).to.include({
      source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
      destination_identity: "%DOWNSTREAM_LOCAL_URI_SAN%",
      response_code_details: "%RESPONSE_CODE_DETAILS%",
      request_id: "%REQ(X-REQUEST-ID)%",
    });
    expect(configOf({ auditLogging: { provider: "envoy" } })).to.not.have.property("extensionProviders");
  });

  it("keeps automatic mTLS on, paths from dodging authorization, and calls to undeclared hosts inside", () => {
    expect(configOf()).to.deep.include({
      enableAutoMtls: true,
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
    });
  });

  it("issues identities of the trust domain that the catalog's policies name", () => {
    expect(configOf()).to.include({ trustDomain: "example.org" });
  });
});
