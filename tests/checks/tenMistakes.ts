import { text as callee } from "../../checks/rules/calleeWithinCaller";
import { overTcp } from "../../checks/rules/httpOnly";
import { text as attempts } from "../../checks/rules/retriesFitTimeout";
import { text as weights } from "../../checks/rules/weightsSum";

/** A catalog, as plain JSON, with ten mistakes of ten kinds: in its structure, its names, its sums and its call paths. */
export const tenMistakes = {
  name: "shop",
  enviroment: "dev",
  services: {
    web: {
      ports: { http: { port: 8080, protocol: "http" } },
      resilience: { timeout: "10s" },
      calls: {
        api: { methods: ["get"] },
        cart: { timeout: "30s" },
        cartt: {},
        store: { timeout: "1s" },
      },
    },
    api: {
      ports: { http: { port: 8080 } },
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 20 } },
    },
    cart: {
      ports: { http: { port: 8080, protocol: "http" } },
      resilience: { timeout: "5s", retries: { attempts: 3, perTryTimeout: "2s", retryOn: ["5xx"] } },
      calls: { api: { port: "htp" } },
    },
    store: { ports: { tcp: { port: 5432, protocol: "tcp" } } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/", service: "web", endUser: {} }],
        },
      },
    },
  },
};

/** Code, path and fix of each, in the order of the output. */
export const tenFindings: readonly (readonly [code: string, path: string, fix: string])[] = [
  ["MW002", "enviroment", 'did you mean "environment"?'],
  [
    "MW301",
    'gateways.public.hosts["shop.example.com"].routes[0].endUser',
    'add jwtRules: [{ issuer: "https://…" }] to the mesh',
  ],
  [
    "MW003",
    "services.api.ports.http.protocol",
    'use one of "http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"',
  ],
  ["MW201", "services.api.traffic.weights", weights("api", [90, 20]).fix],
  ["MW102", "services.cart.calls.api.port", 'did you mean "http"?'],
  [
    "MW401",
    "services.cart.resilience.retries.perTryTimeout",
    attempts({ attempts: 3, perTryTimeout: 2_000, timeout: 5_000 }).fix,
  ],
  ["MW001", "services.web.calls.api.methods[0]", 'did you mean "GET"?'],
  [
    "MW403",
    "services.web.calls.cart.timeout",
    callee({ service: "web", callee: "cart", timeout: 30_000, limit: 10_000, callPath: ["web"] }).fix,
  ],
  ["MW101", "services.web.calls.cartt", 'did you mean "cart"?'],
  ["MW204", "services.web.calls.store.timeout", overTcp("store", "timeout").fix],
];
