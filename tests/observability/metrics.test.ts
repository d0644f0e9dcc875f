import { expect } from "chai";
import { type Metric, type MetricName, metrics, statsMatchers } from "../../observability/metrics";

type EnvoyMetric = Extract<MetricName, `envoy_${string}`>;

const cluster = "cluster.outbound|8080|v1|cart.shop.svc.cluster.local;";
const listener = "listener.0.0.0.0_15006.";

/**
 * What Envoy calls the statistics, which the matchers are held against before Prometheus' names are made of them.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
 */
const statistics: Record<EnvoyMetric, string> = {
  envoy_cluster_circuit_breakers_default_cx_open: `${cluster}.circuit_breakers.default.cx_open`,
  envoy_cluster_circuit_breakers_default_rq_open: `${cluster}.circuit_breakers.default.rq_open`,
  envoy_cluster_circuit_breakers_default_rq_pending_open: `${cluster}.circuit_breakers.default.rq_pending_open`,
  envoy_cluster_circuit_breakers_default_rq_retry_open: `${cluster}.circuit_breakers.default.rq_retry_open`,
  envoy_cluster_outlier_detection_ejections_active: `${cluster}.outlier_detection.ejections_active`,
  envoy_cluster_outlier_detection_ejections_enforced_total: `${cluster}.outlier_detection.ejections_enforced_total`,
  envoy_cluster_upstream_cx_overflow: `${cluster}.upstream_cx_overflow`,
  envoy_cluster_upstream_rq_pending_overflow: `${cluster}.upstream_rq_pending_overflow`,
  envoy_cluster_upstream_rq_retry: `${cluster}.upstream_rq_retry`,
  envoy_cluster_upstream_rq_retry_overflow: `${cluster}.upstream_rq_retry_overflow`,
  envoy_cluster_upstream_rq_retry_success: `${cluster}.upstream_rq_retry_success`,
  envoy_cluster_ssl_handshake: `${cluster}.ssl.handshake`,
  envoy_cluster_ssl_connection_error: `${cluster}.ssl.connection_error`,
  envoy_listener_ssl_handshake: `${listener}ssl.handshake`,
  envoy_listener_ssl_connection_error: `${listener}ssl.connection_error`,
  envoy_listener_ssl_fail_verify_no_cert: `${listener}ssl.fail_verify_no_cert`,
  envoy_http_rbac: "http.inbound_0.0.0.0_8080;.rbac.denied",
};

/** What Istio keeps anyway. https://istio.io/latest/docs/ops/configuration/telemetry/envoy-stats/ */
const kept = [/^(cluster_manager|listener_manager|server|cluster\.xds-grpc|wasm)/, /rbac\.(allowed|denied)$/];

/** Envoy matches whole names. */
const admitted = (statistic: string): boolean =>
  [...kept, ...statsMatchers.map((pattern) => new RegExp(`^(?:${pattern})$`))].some((one) =>
    one.test(statistic),
  );

describe("observability/metrics", () => {
  it("of Envoy are kept by the proxies, by Istio itself or by our matchers", () => {
    for (const [name, statistic] of Object.entries(statistics)) {
      expect(admitted(statistic), `${name}: ${statistic}`).to.equal(true);
      expect(
        metrics[name as EnvoyMetric].labels.length,
        `${name} is one of many clusters, listeners or managers`,
      ).to.be.above(0);
    }
    expect(admitted(`${cluster}.upstream_rq_total`), "and not everything is").to.equal(false);
  });

  it("of Envoy have the names that Prometheus gives its statistics", () => {
    for (const [name, statistic] of Object.entries(statistics)) {
      // What tells one of many from the others becomes a label.
      const plain = statistic
        .replace(/^cluster\..*;/, "cluster")
        .replace(/^listener\.[^_]*_\d+/, "listener")
        .replace(/^http\..*;/, "http")
        .replace(/\.(allowed|denied)$/, "");
      expect(`envoy_${plain.replaceAll(".", "_")}`).to.equal(name);
    }
  });

  it("of Envoy are needed for each matcher", () => {
    for (const pattern of statsMatchers) {
      const own = new RegExp(`^(?:${pattern})$`);
      expect(
        Object.values(statistics).some((statistic) => own.test(statistic)),
        pattern,
      ).to.equal(true);
    }
  });

  it("are named after whom they are reported by", () => {
    const prefixes = {
      istioProxy: /^istio_(request|response|tcp)/,
      envoy: /^envoy_/,
      agent: /^istio_agent_/,
      istiod: /^(istiod|pilot|galley|sidecar_injection|citadel)_/,
      prometheus: /^up$/,
    };
    const all: Readonly<Record<string, Metric>> = metrics;
    for (const [name, { reportedBy }] of Object.entries(all)) expect(name).to.match(prefixes[reportedBy]);
  });
});
