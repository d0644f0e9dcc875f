import { otlpPort } from "../../catalog";
import { collectorService, tools } from "../../observability";
import { apart } from "../apart";
import type { OpenTelemetryCollectorValues } from "../observabilityValues";
import { confined, type Context } from "./context";

/** Values of the OpenTelemetry collector, which forwards spans to Jaeger. */
export function collectorValues({
  namespace,
  collector = {},
  imageRegistry = "docker.io",
}: Context): OpenTelemetryCollectorValues {
  const { replicas = 1, resources } = collector;
  const off = { enabled: false };
  return {
    fullnameOverride: collectorService,
    mode: "deployment",
    image: { repository: `${imageRegistry}/otel/opentelemetry-collector-k8s` },
    replicaCount: replicas,
    resources: resources ?? { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    podLabels: { app: collectorService },
    ...(replicas > 1 && {
      affinity: apart({ app: collectorService }),
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
    }),
    podSecurityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 },
    securityContext: confined,
    ports: { "otlp-http": off, "jaeger-compact": off, "jaeger-thrift": off, "jaeger-grpc": off, zipkin: off },
    // Replaces the chart's own, which receives more than spans.
    alternateConfig: {
      extensions: { health_check: { endpoint: "${env:MY_POD_IP}:13133" } },
      receivers: { otlp: { protocols: { grpc: { endpoint: `\${env:MY_POD_IP}:${otlpPort}` } } } },
      processors: {
        memory_limiter: { check_interval: "5s", limit_percentage: 80, spike_limit_percentage: 25 },
        batch: {},
      },
      exporters: {
        // Plaintext to the pod's own proxy, which originates mutual TLS.
        otlp_grpc: {
          endpoint: `${tools.jaeger.service}.${namespace}.svc.cluster.local:${otlpPort}`,
          tls: { insecure: true },
        },
      },
      service: {
        extensions: ["health_check"],
        pipelines: {
          traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["otlp_grpc"] },
        },
      },
    },
  };
}
