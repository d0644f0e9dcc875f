import { createHash } from "node:crypto";
import { otlpPort } from "../../catalog";
import { tools } from "../../observability";
import { apart } from "../apart";
import type { ObservabilityJaegerArgs } from "../observabilityArgs";
import type { JaegerValues } from "../observabilityValues";
import { registry, type Context } from "./context";

/** Claim of the volume with Jaeger's spans. */
export const jaegerClaim = "jaeger-spans";

/** Values of Jaeger, which keeps spans in memory, on a volume, or in an external store. */
export function jaegerValues({ jaeger = {}, imageRegistry }: Context): JaegerValues {
  const { replicas = 1, storage, resources, elasticsearchSecret } = jaeger;
  const { service } = tools.jaeger;
  const userconfig = jaegerConfig(jaeger);
  return {
    fullnameOverride: service,
    ...registry(imageRegistry),
    userconfig,
    jaeger: {
      replicas,
      ...(resources && { resources }),
      // The chart doesn't restart its pods when their configuration changes. A label with the configuration's digest
      // does.
      podLabels: { app: service, [configDigest]: digest(userconfig) },
      // With its own volume, the old pod must not run at the same time as the new one.
      ...(replicas > 1 && { affinity: apart({ app: service }), strategy: { type: "RollingUpdate" } }),
      ...(elasticsearchSecret !== undefined && {
        extraEnv: [
          ["SPAN_STORE_USERNAME", "username"],
          ["SPAN_STORE_PASSWORD", "password"],
        ].map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: elasticsearchSecret, key } } })),
      }),
      ...(storage !== undefined && {
        extraVolumes: [{ name: "spans", persistentVolumeClaim: { claimName: jaegerClaim } }],
        extraVolumeMounts: [{ name: "spans", mountPath: spansFolder }],
      }),
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        seccompProfile: { type: "RuntimeDefault" },
      },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  };
}

const spansFolder = "/spans";

const configDigest = "meshwright.dev/config";

/** A digest that fits into a label. */
function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** https://www.jaegertracing.io/docs/latest/deployment/configuration/ */
function jaegerConfig({
  storage,
  retention = "168h",
  elasticsearchHost,
  elasticsearchSecret,
}: ObservabilityJaegerArgs): Record<string, unknown> {
  const everywhere = (port: number): string => `0.0.0.0:${port}`;
  const store =
    elasticsearchHost !== undefined
      ? {
          elasticsearch: {
            // Plaintext to the pod's own proxy, which originates TLS.
            server_urls: [`http://${elasticsearchHost}`],
            ...(elasticsearchSecret !== undefined && {
              auth: {
                basic: { username: "${env:SPAN_STORE_USERNAME}", password: "${env:SPAN_STORE_PASSWORD}" },
              },
            }),
          },
        }
      : storage !== undefined
        ? {
            badger: {
              ephemeral: false,
              directories: { keys: `${spansFolder}/keys`, values: `${spansFolder}/values` },
              ttl: { spans: retention },
            },
          }
        : { memory: { max_traces: 50_000 } };
  return {
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
      },
      telemetry: {
        resource: { "service.name": "jaeger" },
        metrics: {
          level: "detailed",
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8888 } } } }],
        },
      },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: everywhere(13133) } },
      jaeger_query: {
        storage: { traces: "spans" },
        grpc: { endpoint: everywhere(16685) },
        http: { endpoint: everywhere(tools.jaeger.targetPort) },
      },
      jaeger_storage: { backends: { spans: store } },
    },
    receivers: {
      otlp: { protocols: { grpc: { endpoint: everywhere(otlpPort) }, http: { endpoint: everywhere(4318) } } },
    },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "spans" } },
  };
}
