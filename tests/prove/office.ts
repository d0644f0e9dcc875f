import { defineMesh } from "../../catalog";
import type { ProofSubject } from "../../prove";
import { subjectFrom } from "./shop";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const grpc = { port: 9191, protocol: "grpc" } as const;
const one = { image: "example.com/app:1", replicas: 1 };
const two = { ...one, replicas: 2 };

const audit = { service: "jaeger.monitoring.svc.cluster.local", port: 4317 };

/** The kinds of providers that send access logs to a collector, with their fields in the mesh configuration. */
export const auditProviders = {
  OTLP: { name: "audit", envoyOtelAls: audit },
  ALS: { name: "audit", envoyHttpAls: audit },
};

/**
 * A catalog whose proxies call other services: external authorizers, a rate limit service, and a collector of spans and audit
 * logs. It has two namespaces and two gateways, and services that other tools deploy.
 */
export const office = sendingAudits(
  subjectFrom(
    defineMesh({
      name: "office",
      environment: "staging",
      telemetry: {
        tracing: { provider: "jaeger", randomSamplingPercentage: 50 },
        accessLogging: { provider: "envoy", filter: "response.code >= 500" },
        auditLogging: { provider: "audit" },
        gateways: true,
      },
      rateLimitService: { service: "counter", onFailure: "deny", timeout: "2s" },
      services: {
        web: {
          ports: { http },
          workload: one,
          telemetry: { tracing: { randomSamplingPercentage: 100 } },
          calls: { files: {}, letters: {}, mail: { methods: ["GET", "POST"] }, print: {}, records: {} },
        },
        files: {
          ports: { http },
          workload: two,
          resilience: { timeout: "4s" },
          extAuthz: { provider: "opa", notPaths: ["/healthz", "/public/*"] },
        },
        letters: {
          ports: { http },
          workload: two,
          resilience: { timeout: "4s" },
          extAuthz: { provider: "guard", paths: ["/drafts/*"] },
          telemetry: { accessLogging: {} },
        },
        mail: {
          ports: { http },
          workload: two,
          resilience: { timeout: "8s" },
          telemetry: { accessLogging: { disabled: true } },
          globalRateLimits: {
            everything: { requests: 600, per: "hour" },
            senders: {
              requests: 30,
              per: "hour",
              by: { header: "x-sender", tenants: { robot: 40 } },
              path: "/send/*",
            },
          },
        },
        // Another tool's pods, and its Service, whose protocol the catalog adopts.
        print: { ports: { rpc: { port: 7000, protocol: "grpc" } }, service: "adopt" },
        queue: {
          ports: { amqps: { port: 5671, protocol: "tls" } },
          mtls: { ports: { amqps: "PERMISSIVE" } },
        },
        records: {
          namespace: "archive",
          ports: { mongo: { port: 27017, protocol: "mongo" } },
          workload: one,
        },
        nightly: {
          namespace: "archive",
          workload: { image: "example.com/nightly:1", kind: "CronJob", schedule: "0 3 * * *" },
          calls: { records: {} },
        },
        opa: { ports: { grpc }, workload: one },
        guard: { ports: { http }, workload: one },
        login: { ports: { http }, workload: one },
        counter: { ports: { grpc: { port: 8081, protocol: "grpc" } }, workload: two },
      },
      extensionProviders: {
        opa: { envoyExtAuthzGrpc: { service: "opa", timeout: "2s" } },
        guard: { envoyExtAuthzHttp: { service: "guard", timeout: "2s", pathPrefix: "/check" } },
        login: { envoyExtAuthzHttp: { service: "login", timeout: "2s" } },
      },
      gateways: {
        edge: {
          hosts: {
            "office.example.com": {
              tls: { credentialName: "office" },
              extAuthz: { provider: "login", notPaths: ["/status"] },
              routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
            },
            "open.example.com": {
              tls: { credentialName: "open" },
              routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
              directResponses: [{ prefix: "/closed", status: 503, body: { string: "closed" } }],
            },
          },
        },
        staff: {
          release: "istio-staff",
          namespace: "staff-ingress",
          hosts: {
            "queue.example.com": {
              tls: { mode: "PASSTHROUGH" },
              port: 5671,
              routes: [{ prefix: "/", service: "queue" }],
            },
          },
        },
      },
    }),
  ),
);

/** With audit logs that are sent to the collector, as a stack's own values of istiod would say. */
function sendingAudits({ releases, ...subject }: ProofSubject): ProofSubject {
  return {
    ...subject,
    releases: releases.map((release) => {
      if (release.chart !== "istiod") return release;
      const { meshConfig } = release.values as { meshConfig: { extensionProviders: { name: string }[] } };
      const extensionProviders = meshConfig.extensionProviders.map((one) =>
        one.name === "audit" ? auditProviders.OTLP : one,
      );
      return { ...release, values: { ...release.values, meshConfig: { ...meshConfig, extensionProviders } } };
    }),
  };
}
