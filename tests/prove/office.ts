import { defineMesh } from "../../catalog";
import { subjectFrom } from "./shop";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const grpc = { port: 9191, protocol: "grpc" } as const;
const one = { image: "example.com/app:1", replicas: 1 };
const two = { ...one, replicas: 2 };

/** A catalog whose proxies call other services: external authorizers, a rate limit service and a tracing service. */
export const office = subjectFrom(
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
        calls: { files: {}, letters: {}, mail: { methods: ["GET", "POST"] } },
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
          },
        },
      },
    },
  }),
);
