import type { ExternalServiceDefinition, PortDefinition } from "../../catalog";

/** Parts that the rules' examples share. */
export const base = { name: "shop" } as const;
export const http: PortDefinition = { port: 8080, protocol: "http" };
export const admin: PortDefinition = { port: 9090, protocol: "http" };
export const tcp: PortDefinition = { port: 5432, protocol: "tcp" };

export const external: ExternalServiceDefinition = {
  host: "bank.example.com",
  ports: { https: { port: 443, protocol: "tls" } },
};

/** A service with a global rate limit, and the rate limit service. */
export const limited = { ports: { http }, globalRateLimits: { all: { requests: 1000, per: "second" } } };
export const counter = { ports: { grpc: { port: 8081, protocol: "grpc" } } };
export const rateLimitService = { service: "counter", onFailure: "deny" };

/** A catalog in which `web` calls `api`. The arguments are added to the two services. */
export function webAndApi(web: object, api: object): object {
  return {
    ...base,
    services: {
      web: { ports: { http }, calls: { api: {} }, ...web },
      api: { ports: { http }, ...api },
    },
  };
}

/** A catalog with a gateway for each argument, whose hosts route to the service `web`. */
export function withHosts(...gateways: object[]): object {
  return {
    ...base,
    services: { web: { ports: { http } } },
    gateways: Object.fromEntries(gateways.map((hosts, i) => [`public-${i + 1}`, { hosts }])),
  };
}

/**
 * A catalog in which `web` calls `api`, and `opa` is an external authorizer. The arguments are added to `api`, `opa` and the
 * provider.
 */
export function withProvider(api: object, opa: object = {}, provider: object = {}): object {
  const grpc: PortDefinition = { port: 9191, protocol: "grpc" };
  return {
    ...base,
    services: {
      web: { ports: { http }, calls: { api: {} } },
      api: { ports: { http }, ...api },
      opa: { ports: { grpc }, ...opa },
    },
    extensionProviders: { opa: { envoyExtAuthzGrpc: { service: "opa", ...provider } } },
  };
}
