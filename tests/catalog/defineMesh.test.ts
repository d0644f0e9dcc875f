import { expect } from "chai";
import {
  type CallDefinition,
  defineMesh,
  type Duration,
  type ExternalServiceDefinition,
  type GatewayDefinition,
  type MeshDefinition,
  type PortDefinition,
  type ServiceDefinition,
} from "../../catalog";

const http = { port: 8080, protocol: "http" } as const;
const admin = { port: 9090, protocol: "http" } as const;
const web = { ports: { http } } as const;
const api = { ports: { http, admin } } as const;
const tls = { credentialName: "shop" } as const;

// What must not compile stands after an expect-error: the compiler reports one that is not needed.
describe("defineMesh", () => {
  it("takes a catalog in which every name is declared, and returns it as it is", () => {
    const definition = {
      name: "shop",
      gateways: {
        public: { hosts: { "shop.example.com": { tls, routes: [{ prefix: "/", service: "web" }] } } },
      },
      services: {
        web: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 90, v2: 10 } },
          calls: { api: [{ port: "http", methods: ["GET"] }, { port: "admin" }], store: {} },
        },
        api,
        store: {
          ports: { tcp: { port: 5432, protocol: "tcp" } },
          circuitBreaker: { outlierDetection: false },
        },
      },
      overrides: { PeerAuthentication: { "shop/default": { spec: { mtls: { mode: "PERMISSIVE" } } } } },
    } as const;
    expect(defineMesh(definition)).to.equal(definition);
  });

  it("does not compile with a call to an unknown service", () => {
    defineMesh({
      name: "shop",
      services: {
        web: {
          ports: { http },
          calls: {
            // @ts-expect-error there is no service "apj" in this catalog
            apj: {},
          },
        },
        api,
      },
    });
  });

  it("takes calls of external services, and does not compile with a port that they don't declare", () => {
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } } as const;
    defineMesh({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { bank: { port: "https" } } },
        // @ts-expect-error the called service has no port "http"
        one: { ports: { http }, calls: { bank: { port: "http" } } },
        two: {
          ports: { http },
          calls: {
            // @ts-expect-error there is no service "bnak" in this catalog
            bnak: {},
          },
        },
      },
      externalServices: { bank },
    });
  });

  it("does not compile with what is about requests in a call over TCP, in the mesh or to the outside", () => {
    const db = { host: "db.example.com", ports: { tcp: { port: 5432, protocol: "tcp" } } } as const;
    const store = {
      ports: { redis: { port: 6379, protocol: "redis" }, http: { port: 80, protocol: "http" } },
    } as const;
    defineMesh({
      name: "shop",
      services: {
        right: {
          ports: { http },
          calls: { db: {}, store: [{ port: "redis" }, { port: "http", timeout: "1s" }] },
        },
        // @ts-expect-error the called port has the protocol tcp, where a proxy sees no requests
        one: { ports: { http }, calls: { db: { timeout: "1s" } } },
        // @ts-expect-error the called port has the protocol redis, where a proxy sees no requests
        two: { ports: { http }, calls: { store: { port: "redis", methods: ["GET"] } } },
        // @ts-expect-error the called port has the protocol redis, where a proxy sees no requests
        three: { ports: { http }, calls: { store: [{ port: "redis", retries: { attempts: 1 } }] } },
        store,
      },
      externalServices: { db },
    });
    // A protocol that the compiler doesn't know is left to the checks.
    const unknown: PortDefinition = { port: 5432, protocol: "tcp" };
    defineMesh({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { some: { timeout: "1s" } } },
        some: { ports: { unknown } },
      },
    });
  });

  it("does not compile with global limits that an unknown service or port counts, or without what happens then", () => {
    const grpc = { port: 8081, protocol: "grpc" } as const;
    const counter = { ports: { grpc, http } } as const;
    const limited = { ports: { http }, globalRateLimits: { all: { requests: 10, per: "second" } } } as const;
    const services = { limited, counter } as const;
    defineMesh({
      name: "shop",
      services,
      rateLimitService: { service: "counter", port: "grpc", onFailure: "deny" },
    });
    defineMesh({
      name: "shop",
      services,
      // @ts-expect-error there is no service "count" in this catalog
      rateLimitService: { service: "count", onFailure: "deny" },
    });
    defineMesh({
      name: "shop",
      services,
      // @ts-expect-error property "port" is missing
      rateLimitService: { service: "counter", onFailure: "deny" },
    });
    defineMesh({
      name: "shop",
      services,
      // @ts-expect-error whether requests pass without an answer is never guessed
      rateLimitService: { service: "counter", port: "grpc" },
    });
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error the rate limit service has no such unit
        one: { ports: { http }, globalRateLimits: { all: { requests: 10, per: "1s" } } },
        counter,
      },
    });
  });

  it("does not compile with a route to an external service", () => {
    defineMesh({
      name: "shop",
      services: {},
      externalServices: {
        bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
      },
      gateways: {
        public: {
          hosts: {
            // @ts-expect-error there is no service "bank" in this catalog
            "a.example.com": { tls, routes: [{ prefix: "/", service: "bank" }] },
          },
        },
      },
    });
  });

  it("does not compile with a port that the called service doesn't declare, or with none of several", () => {
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error the called service has no port "grpc"
        one: { ports: { http }, calls: { web: { port: "grpc" } } },
        // @ts-expect-error the called service has no port "grpc"
        two: { ports: { http }, calls: { api: [{ port: "http" }, { port: "grpc" }] } },
        // @ts-expect-error property "port" is missing
        three: { ports: { http }, calls: { api: { methods: ["GET"] } } },
        web,
        api,
      },
    });
  });

  it("does not compile with a weight for a version that isn't declared", () => {
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error this service declares no version "v2"
        one: { ports: { http }, versions: { v1: {} }, traffic: { weights: { v1: 90, v2: 10 } } },
        // @ts-expect-error this service declares no version "v1"
        two: { ports: { http }, traffic: { weights: { v1: 100 } } },
      },
    });
  });

  it("does not compile with traffic to a version that isn't declared, by headers or mirrored", () => {
    const versions = { v1: {}, v2: {} } as const;
    const headers = { "x-canary": "true" } as const;
    const weights = { v1: 100, v2: 0 } as const;
    defineMesh({
      name: "shop",
      services: {
        web: {
          ports: { http },
          versions,
          traffic: {
            weights,
            headerRoutes: [{ headers, version: "v2" }],
            mirror: { version: "v2", percentage: 10 },
          },
        },
        // @ts-expect-error this service declares no version "v3"
        one: { ports: { http }, versions, traffic: { weights, headerRoutes: [{ headers, version: "v3" }] } },
        // @ts-expect-error this service declares no version "v3"
        two: { ports: { http }, versions, traffic: { weights, mirror: { version: "v3", percentage: 10 } } },
      },
    });
  });

  it("does not compile with a mirror to a service that isn't there, or that shares no port, or to nothing", () => {
    const grpc = { port: 9000, protocol: "grpc" } as const;
    const bank = { host: "bank.example.com", ports: { http: { port: 80, protocol: "http" } } } as const;
    defineMesh({
      name: "shop",
      services: {
        web: { ports: { http }, traffic: { mirror: { service: "shadow", percentage: 10 } } },
        // @ts-expect-error there is no service "shade" in this catalog
        one: { ports: { http }, traffic: { mirror: { service: "shade", percentage: 10 } } },
        // @ts-expect-error there is no service "bank" in this catalog
        two: { ports: { http }, traffic: { mirror: { service: "bank", percentage: 10 } } },
        // @ts-expect-error "shadow" has none of this service's ports
        three: { ports: { grpc }, traffic: { mirror: { service: "shadow", percentage: 10 } } },
        shadow: { ports: { http } },
      },
      externalServices: { bank },
    });
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error a copy goes somewhere
        four: { ports: { http }, traffic: { mirror: { percentage: 10 } } },
        five: {
          ports: { http },
          versions: { v1: {} },
          // @ts-expect-error to a version or to a service, not to both
          traffic: { mirror: { version: "v1", service: "shadow", percentage: 10 } },
        },
        shadow: { ports: { http } },
      },
    });
  });

  it("does not compile with a route to an unknown service or port", () => {
    defineMesh({
      name: "shop",
      services: { web },
      gateways: {
        public: {
          hosts: {
            // @ts-expect-error there is no service "wep" in this catalog
            "a.example.com": { tls, routes: [{ prefix: "/", service: "wep" }] },
            // @ts-expect-error the called service has no port "grpc"
            "b.example.com": { tls, routes: [{ prefix: "/", service: "web", port: "grpc" }] },
          },
        },
      },
    });
  });

  it("does not compile with an undeclared port of the service itself", () => {
    const admitted = { namespace: "monitoring" } as const;
    defineMesh({
      name: "shop",
      services: {
        right: {
          ports: { http, admin },
          admit: { prometheus: { ...admitted, port: "admin" } },
          mtls: { mode: "STRICT", ports: { http: "STRICT", admin: "PERMISSIVE" } },
        },
        // @ts-expect-error the called service has no port "admin"
        one: { ports: { http }, admit: { prometheus: { ...admitted, port: "admin" } } },
        // @ts-expect-error property "port" is missing
        two: { ports: { http, admin }, admit: { prometheus: admitted } },
        // @ts-expect-error this service has no port "admin"
        three: { ports: { http }, mtls: { ports: { admin: "STRICT" } } },
        // @ts-expect-error whom it admits is no matter of its own patience
        four: { ports: { http }, admit: { prometheus: { ...admitted, timeout: "1s" } } },
      },
    });
  });

  it("does not compile with a probe of an undeclared port, of none of several, or of a path where there is none", () => {
    const grpc = { port: 9000, protocol: "grpc" } as const;
    const image = "web:1";
    const asked = { path: "/ready" } as const;
    defineMesh({
      name: "shop",
      services: {
        right: {
          ports: { http, grpc },
          workload: {
            image,
            probes: {
              startup: { port: "http", path: "/started", period: "2s", failureThreshold: 30 },
              readiness: { port: "grpc", timeout: "2s" },
              liveness: { port: "http" },
            },
          },
        },
        only: { ports: { http }, workload: { image, probes: { readiness: asked } } },
        // @ts-expect-error the called service has no port "htp"
        one: { ports: { http }, workload: { image, probes: { readiness: { port: "htp" } } } },
        // @ts-expect-error property "port" is missing
        two: { ports: { http, admin }, workload: { image, probes: { liveness: asked } } },
        // @ts-expect-error the probed port has the protocol grpc, which has no paths
        three: { ports: { grpc }, workload: { image, probes: { readiness: asked } } },
        // @ts-expect-error there is no field "periodSeconds"
        four: { ports: { http }, workload: { image, probes: { readiness: { ...asked, periodSeconds: 5 } } } },
        // @ts-expect-error there is no probe "alive"
        five: { ports: { http }, workload: { image, probes: { readiness: asked, alive: asked } } },
      },
    });
  });

  it("does not compile with an origin without a scheme, or a redirect that is none", () => {
    const cors = { allowOrigins: ["https://app.example.com"] } as const;
    defineMesh({
      name: "shop",
      services: { web },
      gateways: {
        public: {
          hosts: {
            "a.example.com": {
              tls,
              routes: [],
              cors,
              redirects: [{ prefix: "/", uri: "/a", redirectCode: 308 }],
            },
            // @ts-expect-error an origin has a scheme
            "b.example.com": { tls, routes: [], cors: { allowOrigins: ["app.example.com"] } },
            // @ts-expect-error 200 is no redirect
            "c.example.com": { tls, routes: [], redirects: [{ prefix: "/", uri: "/a", redirectCode: 200 }] },
          },
        },
      },
    });
  });

  it("does not compile with a misspelt field, however deep", () => {
    defineMesh({
      name: "shop",
      // @ts-expect-error there is no field "enviroment"
      enviroment: "dev",
      services: { web },
    });
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error there is no field "timout"
        one: { ports: { http }, resilience: { timout: "10s" } },
        // @ts-expect-error there is no field "method"
        two: { ports: { http }, calls: { web: { method: ["GET"] } } },
        // @ts-expect-error there is no field "consecutiveErrors", in a union with false
        three: { ports: { http }, circuitBreaker: { outlierDetection: { consecutiveErrors: 5 } } },
        web,
      },
    });
    defineMesh({
      name: "shop",
      services: { web },
      // @ts-expect-error there is no field "issuers", in an array
      jwtRules: [{ issuer: "https://a.example.com", issuers: [] }],
    });
  });

  it("does not compile with values of the wrong form", () => {
    defineMesh({
      name: "shop",
      services: {
        // @ts-expect-error a duration needs a unit
        one: { ports: { http }, resilience: { timeout: "10" } },
        // @ts-expect-error a protocol is never guessed
        two: { ports: { http: { port: 80 } } },
        // @ts-expect-error LEAST_CONN is called LEAST_REQUEST now
        three: { ports: { http }, loadBalancing: { simple: "LEAST_CONN" } },
        // @ts-expect-error a cookie without a lifetime is never set
        cookie: { ports: { http }, loadBalancing: { consistentHash: { httpCookie: { name: "session" } } } },
        // @ts-expect-error a session is told apart by one thing
        hash: { ports: { http }, loadBalancing: { consistentHash: { httpHeader: "x-session" } } },
        // @ts-expect-error nothing turns mutual TLS off
        mtls: { ports: { http }, mtls: { mode: "DISABLE" } },
        // @ts-expect-error paths are absolute
        four: { ports: { http }, calls: { web: { paths: ["api"] } } },
        // @ts-expect-error paths are absolute
        five: { ports: { http }, workload: { image: "web:1", probes: { readiness: { path: "ready" } } } },
        web,
      },
    });
  });

  it("does not compile with a duration that isn't digits and a unit, wherever it stands", () => {
    const timeout = (process.env.TIMEOUT ?? "10s") as Duration;
    defineMesh({
      name: "shop",
      certificates: { lifetime: "2160h" },
      services: {
        // Not a literal, so the checks judge it.
        variable: { ports: { http }, resilience: { timeout } },
        fraction: {
          ports: { http },
          resilience: { timeout: "7.5s", connectTimeout: "500ms", idleTimeout: "1h" },
        },
        // @ts-expect-error "10 s" has a space
        one: { ports: { http }, resilience: { timeout: "10 s" } },
        // @ts-expect-error " 10s" has a space
        two: { ports: { http }, resilience: { timeout: " 10s" } },
        // @ts-expect-error "1e3s" is no number of Istio's
        three: { ports: { http }, resilience: { timeout: "1e3s" } },
        // @ts-expect-error "-1s" is in the past
        four: { ports: { http }, resilience: { timeout: "-1s" } },
        // @ts-expect-error "0x10s" is no number of Istio's
        five: { ports: { http }, resilience: { timeout: "0x10s" } },
        // @ts-expect-error "1.s" lacks a digit
        six: { ports: { http }, resilience: { timeout: "1.s" } },
        // @ts-expect-error "10 s" in a call
        seven: { ports: { http }, calls: { variable: [{ timeout: "10 s" }] } },
        eight: {
          ports: { http },
          // @ts-expect-error "10 s" of a cookie
          loadBalancing: { consistentHash: { httpCookie: { name: "s", ttl: "10 s" } } },
        },
        // @ts-expect-error "10 s" in a union with false
        nine: { ports: { http }, circuitBreaker: { outlierDetection: { interval: "10 s" } } },
      },
    });
    defineMesh({
      name: "shop",
      services: {},
      // @ts-expect-error "90 h" has a space
      certificates: { lifetime: "90 h" },
    });
  });

  it("does not compile with what is about requests on a service of TCP ports only", () => {
    const tcp = { port: 5432, protocol: "tcp" } as const;
    const redis = { port: 6379, protocol: "redis" } as const;
    const protocol = (process.env.PROTOCOL ?? "tcp") as PortDefinition["protocol"];
    defineMesh({
      name: "shop",
      services: {
        mixed: { ports: { tcp, http }, resilience: { timeout: "1s" } },
        right: {
          ports: { tcp },
          resilience: { connectTimeout: "1s", idleTimeout: "1h" },
          circuitBreaker: { maxConnections: 5, outlierDetection: false },
        },
        // Not a literal, so the checks judge it.
        variable: { ports: { some: { port: 1, protocol } }, resilience: { timeout: "1s" } },
        // @ts-expect-error a proxy sees no requests
        one: { ports: { tcp }, resilience: { timeout: "1s" } },
        // @ts-expect-error a proxy sees no requests
        two: { ports: { tcp, redis }, resilience: { retries: { attempts: 1 } } },
        // @ts-expect-error a proxy sees no requests
        three: { ports: { tcp }, versions: { v1: {} }, traffic: { weights: { v1: 100 } } },
        // @ts-expect-error a proxy sees no requests
        four: { ports: { tcp }, circuitBreaker: { http2MaxRequests: 5 } },
        // @ts-expect-error a proxy sees no requests
        five: { ports: { redis }, load: { rps: 1, p99: "1s" } },
      },
      externalServices: {
        db: { host: "db.example.com", ports: { tcp }, resilience: { connectTimeout: "1s" } },
        // @ts-expect-error a proxy sees no requests
        six: { host: "six.example.com", ports: { tcp }, resilience: { timeout: "1s" } },
      },
    });
  });

  it("takes parts with types of their own, from files of their own or made in a loop", () => {
    const typed: ServiceDefinition = { ports: { http }, calls: { store: {}, typed: {} } };
    const store: ServiceDefinition = { ports: { http, admin } };
    const bank: ExternalServiceDefinition = {
      host: "bank.example.com",
      ports: { https: { port: 443, protocol: "tls" } },
    };
    const gateway: GatewayDefinition = {
      hosts: { "shop.example.com": { tls, routes: [{ prefix: "/", service: "typed" }] } },
    };
    const whole: MeshDefinition = { name: "shop", services: { typed } };
    const traces: Record<string, CallDefinition> = { collector: { methods: ["POST"] } };
    const made: Record<string, ServiceDefinition> = Object.fromEntries(
      ["a", "b"].map((name) => [name, { ports: { http }, calls: { store: { port: "http" } } }]),
    );
    const named = made as Record<"a" | "b", ServiceDefinition>;
    const callee = process.env.CALLEE ?? "store";
    const port = process.env.CALLED_PORT ?? "http";
    const own = { ports: { http }, calls: { typed: {} } } satisfies ServiceDefinition;
    const routes = ["/a", "/b"].map((prefix) => ({ prefix: prefix as "/a", service: "typed" }));
    for (const catalog of [
      defineMesh(whole),
      defineMesh({ ...whole, environment: "dev" }),
      defineMesh({ name: "shop", services: { typed, store }, externalServices: { bank } }),
      defineMesh({ name: "shop", services: { typed, store }, gateways: { public: gateway } }),
      defineMesh({
        name: "shop",
        services: { typed, store, web: { ports: { http }, calls: { typed: {} } } },
      }),
      defineMesh({ name: "shop", services: { ...made, store, own, typed } }),
      defineMesh({ name: "shop", services: { ...named, store, web: { ports: { http }, calls: { a: {} } } } }),
      defineMesh({
        name: "shop",
        services: { collector: web, store, web: { ports: { http }, calls: { ...traces, store: { port } } } },
      }),
      defineMesh({
        name: "shop",
        services: { store: web, web: { ports: { http }, calls: { [callee]: {} } } },
      }),
      defineMesh({
        name: "shop",
        services: { typed, web },
        gateways: { public: { hosts: { "shop.example.com": { tls, routes } } } },
      }),
    ]) {
      expect(catalog.name).to.equal("shop");
    }
  });

  it("does not compile with a literal's mistakes beside parts with types of their own", () => {
    const typed: ServiceDefinition = { ports: { http } };
    const traces: Record<string, CallDefinition> = { collector: {} };
    const made: Record<"a" | "b", ServiceDefinition> = { a: typed, b: typed };
    defineMesh({
      name: "shop",
      services: {
        ...made,
        typed,
        one: {
          ports: { http },
          calls: {
            a: {},
            // @ts-expect-error there is no service "c" in this catalog
            c: {},
          },
        },
        two: {
          ports: { http },
          calls: {
            ...traces,
            // @ts-expect-error there is no service "tpyed" in this catalog
            tpyed: {},
          },
        },
      },
      gateways: {
        public: {
          hosts: {
            // @ts-expect-error there is no service "tpyed" in this catalog
            "shop.example.com": { tls, routes: [{ prefix: "/", service: "tpyed" }] },
          },
        },
      },
    });
    defineMesh({
      name: "shop",
      services: {
        typed,
        // @ts-expect-error there is no field "timout"
        three: { ports: { http }, resilience: { timout: "10s" }, calls: { ...traces } },
      },
    });
  });
});
