import { defineMesh, type MeshDefinition } from "../../catalog";
import { subjectOf } from "../../cli/proof/subject";
import { type Manifest, mergePatch } from "../../mesh";
import type { Proof, ProofSubject } from "../../prove";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const one = { image: "example.com/app:1", replicas: 1 };
/** A catalog with every kind of claim. */
export const definition: MeshDefinition = defineMesh({
  name: "shop",
  environment: "staging",
  jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks.json" }],
  services: {
    web: {
      ports: { http },
      workload: one,
      resilience: { timeout: "4s" },
      calls: {
        api: { methods: ["GET"], paths: ["/items/*"] },
        cart: {},
        depot: {},
        search: {},
        payments: { methods: ["POST"] },
        stock: { methods: ["GET"] },
      },
    },
    api: {
      ports: { http },
      workload: one,
      versions: { v1: {}, v2: {}, v3: {} },
      traffic: {
        weights: { v1: 70, v2: 30, v3: 0 },
        headerRoutes: [{ headers: { "x-canary": "true" }, version: "v2" }],
        mirror: { version: "v3", percentage: 50 },
      },
      resilience: { timeout: "2s", retries: { attempts: 2, retryOn: ["gateway-error", "connect-failure"] } },
      calls: { store: {} },
    },
    store: { ports: { redis: { port: 6379, protocol: "redis" } }, workload: one },
    orders: { ports: { http }, workload: one },
    cart: {
      ports: { http },
      workload: { ...one, replicas: 2 },
      loadBalancing: { consistentHash: { httpHeaderName: "x-session" } },
      circuitBreaker: {
        maxConnections: 4,
        http1MaxPendingRequests: 6,
        outlierDetection: { consecutive5xxErrors: 3, interval: "1s", baseEjectionTime: "3s" },
      },
    },
    depot: {
      ports: { http },
      workload: { ...one, replicas: 2 },
      loadBalancing: { locality: { failover: [{ from: "us-west", to: "us-east" }] } },
    },
    vault: { ports: { tls: { port: 8443, protocol: "tls" } }, workload: one },
    stock: { ports: { http }, workload: one, traffic: { mirror: { service: "shadow", percentage: 100 } } },
    shadow: { ports: { http }, workload: one },
    limited: {
      ports: { http },
      workload: one,
      rateLimit: {
        requests: 200,
        per: "1m",
        quota: { header: "x-tenant", requests: 80, per: "2m", tenants: { gold: 160 } },
      },
      admit: { tools: { namespace: "tools", serviceAccount: "scraper", methods: ["GET"] } },
    },
  },
  externalServices: {
    search: { host: "search.example.com", ports: { tls: { port: 443, protocol: "tls" } } },
    payments: {
      host: "pay.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      tls: { mode: "SIMPLE" },
      egressGateway: true,
    },
  },
  gateways: {
    edge: {
      hosts: {
        "partners.example.com": {
          tls: { mode: "MUTUAL", credentialName: "partners-cert", caCertCredentialName: "partners-ca" },
          routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
        },
        "vault.example.com": {
          tls: { mode: "PASSTHROUGH" },
          routes: [{ prefix: "/", service: "vault" }],
        },
        "store.example.com": {
          tls: { credentialName: "store-cert" },
          port: 6380,
          routes: [{ prefix: "/", service: "store" }],
        },
        "shop.example.com": {
          tls: { credentialName: "shop-cert" },
          routes: [
            {
              prefix: "/",
              service: "web",
              methods: ["GET"],
              headers: {
                request: { set: { "x-entrance": "edge" }, remove: ["x-secret"] },
                response: { set: { "strict-transport-security": "max-age=31536000" } },
              },
            },
            {
              prefix: "/orders",
              service: "orders",
              methods: ["POST"],
              endUser: { claims: { roles: ["buyer"] } },
            },
          ],
          redirects: [{ prefix: "/old", uri: "/new" }],
          cors: {
            allowOrigins: ["https://pages.example.com", { prefix: "https://preview-" }],
            allowMethods: ["GET", "POST"],
            allowHeaders: ["authorization"],
            maxAge: "10m",
          },
        },
      },
    },
  },
});
export const subject = subjectFrom(definition);

export function subjectFrom(catalog: MeshDefinition): ProofSubject {
  return subjectOf({ name: "shop", catalog });
}

/** The rendered object of this kind and name, in the namespace of the catalog or another one. */
export function rendered({ objects }: ProofSubject, kind: string, name: string): Manifest {
  const all = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  const found = all.find(({ metadata }) => metadata.namespace === "shop") ?? all[0];
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** The subject with other objects in place of those of the same kind and name. */
export function withObjects(objects: readonly Manifest[]): ProofSubject {
  const keyOf = ({ kind, metadata: { name, namespace } }: Manifest): string =>
    [kind, namespace, name].join("/");
  const others = new Map(objects.map((object) => [keyOf(object), object]));
  return { ...subject, objects: subject.objects.map((object) => others.get(keyOf(object)) ?? object) };
}

/** The subject with a mutant's objects and mesh configuration. */
export function mutated({ objects, meshConfig = {} }: Mutant): ProofSubject {
  const { releases, ...rest } = withObjects(objects);
  const changedReleases = releases.map((release) =>
    release.chart === "istiod"
      ? { ...release, values: mergePatch(release.values, { meshConfig }) as typeof release.values }
      : release,
  );
  return { ...rest, releases: changedReleases };
}

/** A copy of a rendered object with a changed spec. */
function changed(kind: string, name: string, change: (spec: Spec) => void): Manifest {
  const copy = structuredClone(rendered(subject, kind, name)) as Manifest & { spec: Spec };
  change(copy.spec);
  return copy;
}

/** The fields that the mutants change. */
interface Spec {
  mtls: { mode: string };
  egress: { hosts: string[] }[];
  exportTo: string[];
  strategy: object;
  http: {
    route: { weight?: number }[];
    mirror?: unknown;
    mirrors?: unknown;
    match?: unknown;
    timeout?: string;
    retries?: { attempts: number };
  }[];
  trafficPolicy: {
    connectionPool?: { tcp?: object; http?: { http1MaxPendingRequests?: number } };
    outlierDetection?: { maxEjectionPercent?: number };
    loadBalancer?: { localityLbSetting?: object };
  };
  servers: { tls?: { httpsRedirect?: boolean; minProtocolVersion?: string } }[];
  rules: { from: { source: Record<string, unknown> }[]; to: { operation: object }[]; when?: unknown }[];
}

const ofPolicy = (name: string, change: (rule: Spec["rules"][number]) => void): Manifest =>
  changed("AuthorizationPolicy", name, ({ rules }) => {
    rules.forEach(change);
  });
const ofRoute = (name: string, change: (route: Spec["http"][number]) => void): Manifest =>
  changed("VirtualService", name, ({ http: routes }) => {
    routes.forEach(change);
  });

const ofPool = (name: string, change: (policy: Spec["trafficPolicy"]) => void): Manifest =>
  changed("DestinationRule", name, ({ trafficPolicy }) => {
    change(trafficPolicy);
  });

export interface Mutant {
  readonly objects: readonly Manifest[];
  /** Fields of the mesh configuration that differ. Default: none. */
  readonly meshConfig?: object;
  /** The claims that are asked for. */
  readonly only: string;
  /** Those of them that the mutant contradicts. */
  readonly refuted: readonly string[];
  /** Further ones that only the model contradicts. */
  readonly byModel?: readonly string[];
  /** Further ones that only requests contradict. */
  readonly byRequests?: readonly string[];
  /** Whether only the endpoints of proxies show it, not their clusters. Default: false. */
  readonly inEndpoints?: boolean;
}

const own = "shop/web may call api:http";

/** What a mistake of a renderer would leave in the cluster, and the claims that it contradicts. */
export const mutants = {
  "mutual TLS is PERMISSIVE": {
    objects: [
      changed("PeerAuthentication", "default", ({ mtls }) => {
        mtls.mode = "PERMISSIVE";
      }),
    ],
    only: "refuses plaintext",
    // A TCP connection in plaintext is closed either way: by the listener, or by the policy, as it has no identity.
    refuted: ["web", "api", "cart", "depot", "orders", "limited", "stock", "shadow"].map(
      (name) => `${name}:http refuses plaintext`,
    ),
  },
  "a policy admits every method": {
    objects: [
      ofPolicy("api", ({ to }) => {
        for (const { operation } of to) Object.assign(operation, { methods: ["*"] });
      }),
    ],
    only: "services.web.calls.api",
    refuted: [`${own} only as its calls say`],
  },
  "a policy admits every path": {
    objects: [
      ofPolicy("api", ({ to }) => {
        for (const { operation } of to) Object.assign(operation, { paths: ["/*"] });
      }),
    ],
    only: "services.web.calls.api",
    refuted: [`${own} only as its calls say`],
  },
  "a policy admits every identity": {
    objects: [
      ofPolicy("api", ({ from }) => {
        for (const { source } of from) source.principals = ["*"];
      }),
    ],
    only: "services.api.ports",
    refuted: ["api:http denies every identity without a call"],
  },
  "a policy of a TCP port admits every identity": {
    objects: [
      ofPolicy("store", ({ from }) => {
        for (const { source } of from) source.principals = ["*"];
      }),
    ],
    only: "services.store.ports",
    refuted: ["store:redis denies every identity without a call"],
  },
  "a Sidecar lacks a callee": {
    objects: [
      changed("Sidecar", "web", ({ egress }) => {
        for (const part of egress) part.hosts = part.hosts.filter((host) => !host.includes("api."));
      }),
    ],
    only: "through its Sidecar",
    refuted: ["web reaches api:http through its Sidecar"],
  },
  "the weights are wrong": {
    objects: [
      ofRoute("api", ({ route }) => {
        for (const destination of route) {
          if (destination.weight !== undefined) destination.weight = 100 - destination.weight;
        }
      }),
    ],
    only: "services.api.traffic.weights",
    refuted: ["requests to api are divided: 70 % to v1, 30 % to v2, 0 % to v3"],
  },
  "the mirror, the retries and the timeout are missing": {
    objects: [
      ofRoute("api", (route) => {
        delete route.mirror;
        delete route.mirrors;
        delete route.timeout;
        route.retries = { attempts: 0 };
      }),
    ],
    only: "api",
    refuted: [
      "50 % of the requests to api are copied to version v3",
      "a 503 of api to web is retried 2 times",
      "web waits for api at most 2 s",
    ],
    byModel: ["requests of web to api are retried under the declared conditions"],
  },
  "a rate limit is not enforced": {
    objects: [
      changed("EnvoyFilter", "limited-rate-limit", (spec) => {
        const text = JSON.stringify(spec).replaceAll('"numerator":100', '"numerator":0');
        Object.assign(spec, JSON.parse(text) as Spec);
      }),
    ],
    only: "services.limited.rateLimit",
    refuted: [
      "each pod of limited answers 200 requests at once, and 200 in 60 s",
      "each tenant of limited has its own quota of 80 requests in 120 s at each pod",
    ],
  },
  "a route admits requests without a token": {
    objects: [
      ofPolicy("orders", (rule) => {
        delete rule.when;
        for (const { source } of rule.from) delete source.requestPrincipals;
      }),
    ],
    only: "shop.example.com/orders",
    refuted: ["shop.example.com/orders admits only what its route says"],
  },
  "the egress gateway asks for no identity": {
    objects: [
      changed("Gateway", "istio-egress", ({ servers }) => {
        for (const server of servers) {
          delete server.tls;
          Object.assign(server, { port: { number: 80, name: "http", protocol: "HTTP" } });
        }
      }),
      changed("AuthorizationPolicy", "shop", ({ rules }) => {
        for (const rule of rules) Reflect.deleteProperty(rule, "from");
      }),
    ],
    only: "forwards nothing to payments",
    refuted: ["the egress gateway forwards nothing to payments without an identity"],
  },
  "callers have no limits": {
    objects: [
      ofPool("cart", (policy) => {
        delete policy.connectionPool;
      }),
    ],
    only: "services.cart.circuitBreaker",
    refuted: ["callers of cart keep to its limits"],
  },
  "fewer requests may wait for a connection": {
    objects: [
      ofPool("cart", ({ connectionPool }) => {
        if (connectionPool?.http) connectionPool.http.http1MaxPendingRequests = 1;
      }),
    ],
    only: "callers of cart keep to its limits",
    refuted: ["callers of cart keep to its limits"],
  },
  "callers eject no failing pod": {
    objects: [
      ofPool("cart", (policy) => {
        delete policy.outlierDetection;
      }),
    ],
    only: "callers of cart eject",
    refuted: ["callers of cart eject a pod after consecutive errors"],
  },
  "only half of the pods may be ejected, so that failing ones keep their requests": {
    objects: [
      ofPool("depot", ({ outlierDetection }) => {
        if (outlierDetection) outlierDetection.maxEjectionPercent = 50;
      }),
    ],
    only: "services.depot.loadBalancing.locality",
    inEndpoints: true,
    refuted: ["requests to depot stay near their callers, and all reach the next pods when those near fail"],
  },
  "a consistent hash prefers the caller's zone": {
    objects: [
      ofPool("cart", ({ loadBalancer }) => {
        delete loadBalancer?.localityLbSetting;
      }),
    ],
    only: "services.cart.loadBalancing",
    inEndpoints: true,
    refuted: ["callers of cart divide requests among its pods as it says"],
  },
  "the mesh decodes no slashes before it matches paths": {
    objects: [],
    meshConfig: { pathNormalization: { normalization: "MERGE_SLASHES" } },
    only: "services.web.calls.api",
    refuted: [`${own}, as its calls say`, `${own} only as its calls say`],
  },
  "a mirror does not admit the callers of what it mirrors": {
    objects: [
      ofPolicy("shadow", ({ from }) => {
        for (const { source } of from) source.principals = ["cluster.local/ns/shop/sa/stock"];
      }),
    ],
    only: "shadow",
    refuted: [
      "shop/web may call shadow:http, as its calls say",
      "shadow:http denies every identity without a call",
    ],
    byRequests: ["100 % of the requests to stock are copied to shadow"],
  },
  "a mirror admits more than copies": {
    objects: [
      ofPolicy("shadow", ({ to }) => {
        for (const { operation } of to) Object.assign(operation, { methods: ["*"] });
      }),
    ],
    only: "may call shadow",
    refuted: ["shop/web may call shadow:http only as its calls say"],
  },
  "an outside host is exported to every namespace": {
    objects: ["ServiceEntry", "DestinationRule"].map((kind) =>
      changed(kind, "search", (spec) => {
        spec.exportTo = ["*"];
      }),
    ),
    only: "search:tls is reached only",
    refuted: ["search:tls is reached only by the services that call it"],
  },
  "the old pods of a service end before the new ones start": {
    objects: [
      changed("Deployment", "api-v1", (spec) => {
        spec.strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
      }),
    ],
    only: "a rollout of",
    refuted: [],
    byRequests: ["a rollout of api under load fails no request"],
  },
} satisfies Record<string, Mutant>;
export type Mistake = keyof typeof mutants;

/**
 * The mistakes, as a laboratory makes them: those of one list at once. None of them contradicts a claim that is asked for
 * another one of its list.
 */
export const atOnce: readonly (readonly Mistake[])[] = [
  [
    "a policy admits every method",
    "a policy of a TCP port admits every identity",
    "the weights are wrong",
    "a route admits requests without a token",
    "callers have no limits",
    "a mirror does not admit the callers of what it mirrors",
    "the egress gateway asks for no identity",
    "an outside host is exported to every namespace",
  ],
  [
    "a policy admits every path",
    "mutual TLS is PERMISSIVE",
    "callers eject no failing pod",
    "only half of the pods may be ejected, so that failing ones keep their requests",
    "a mirror admits more than copies",
    "a rate limit is not enforced",
  ],
  [
    "a policy admits every identity",
    "the mesh decodes no slashes before it matches paths",
    "a consistent hash prefers the caller's zone",
  ],
  [
    "a Sidecar lacks a callee",
    "fewer requests may wait for a connection",
    "the old pods of a service end before the new ones start",
  ],
  ["the mirror, the retries and the timeout are missing"],
];

/** The claims that are refuted, with what contradicts each. */
export const refutations = (proofs: readonly Proof[]): string[] =>
  proofs
    .filter(({ verdict }) => verdict === "refuted")
    .map(({ claim, counterexample }) => `${claim}: ${JSON.stringify(counterexample)}`);

/** The claims that are refuted. */
export const refutedClaims = (proofs: readonly Proof[]): string[] =>
  proofs.filter(({ verdict }) => verdict === "refuted").map(({ claim }) => claim);
