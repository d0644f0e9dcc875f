import type { ExternalServiceDefinition, PortDefinition } from "../../catalog";

/** What the rules' examples have in common. */
export const base = { name: "shop" } as const;
export const http: PortDefinition = { port: 8080, protocol: "http" };
export const admin: PortDefinition = { port: 9090, protocol: "http" };
export const tcp: PortDefinition = { port: 5432, protocol: "tcp" };

export const external: ExternalServiceDefinition = {
  host: "bank.example.com",
  ports: { https: { port: 443, protocol: "tls" } },
};

/** A service with a global limit, and who counts for it. */
export const limited = { ports: { http }, globalRateLimits: { all: { requests: 1000, per: "second" } } };
export const counter = { ports: { grpc: { port: 8081, protocol: "grpc" } } };
export const rateLimitService = { service: "counter", onFailure: "deny" };

/** A catalog whose services `web` and `api` have what an example is about; web calls api. */
export function webAndApi(web: object, api: object): object {
  return {
    ...base,
    services: {
      web: { ports: { http }, calls: { api: {} }, ...web },
      api: { ports: { http }, ...api },
    },
  };
}

/** A catalog with one gateway whose hosts route to the service `web`. */
export function withHosts(...gateways: object[]): object {
  return {
    ...base,
    services: { web: { ports: { http } } },
    gateways: Object.fromEntries(gateways.map((hosts, i) => [`entrance-${i + 1}`, { hosts }])),
  };
}
