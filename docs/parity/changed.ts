const http = { port: 8080, protocol: "http" };
const image = (name: string): object => ({ image: `registry.example.com/${name}:1.0.0` });

/** A catalog that renders an object of each kind that the cases change. */
export const changedCatalog = {
  name: "shop",
  environment: "staging",
  services: {
    web: {
      ports: { http },
      workload: image("web"),
      calls: { cart: { port: "http", methods: ["GET"] }, bank: {}, db: {} },
    },
    cart: {
      ports: { http, admin: { port: 9090, protocol: "http" } },
      workload: image("cart"),
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 10 } },
      rateLimit: { requests: 100, per: "1s", burst: 200 },
    },
    db: { ports: { tcp: { port: 5432, protocol: "tcp" } }, workload: image("db") },
  },
  externalServices: {
    bank: {
      host: "bank.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      tls: { mode: "SIMPLE" },
    },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop-cert" },
          routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
        },
      },
    },
  },
  telemetry: { accessLogging: { provider: "envoy" } },
};

/** A mistake that an override makes in a rendered object, or the same change in its manifest. */
export interface ChangedCase {
  /** The message of `istioctl analyze`. */
  readonly id: `IST${string}`;
  readonly kind: string;
  /** `<namespace>/<name>`, or the name of an object without a namespace. */
  readonly name: string;
  /** The override, as a merge patch. */
  readonly patch: object;
  /** Codes that `check` finds in the catalog with the override. */
  readonly check: readonly string[];
  /** Codes and policies that `audit` finds in the changed manifests, and not in the others. */
  readonly audit: readonly string[];
  /** Whether `istioctl analyze` reports the message for the changed manifests. */
  readonly analyzed: boolean;
}

const host = (name: string): string => `${name}.shop.svc.cluster.local`;
const to = (name: string, more: object = {}): object => ({
  route: [{ destination: { host: host(name), ...more } }],
});

/** Mistakes that Meshwright's fields can't make, or that checks find, made in the objects themselves. */
export const changedCases: readonly ChangedCase[] = [
  {
    id: "IST0101",
    kind: "VirtualService",
    name: "shop/cart",
    patch: { spec: { http: [to("nothing")] } },
    check: ["MW914"],
    audit: ["MW923", "require-circuit-breakers"],
    analyzed: false,
  },
  {
    id: "IST0101",
    kind: "VirtualService",
    name: "shop/cart",
    patch: { spec: { http: [to("cart", { subset: "v9", port: { number: 8080 } })] } },
    check: ["MW361"],
    audit: ["MW924"],
    analyzed: true,
  },
  {
    id: "IST0102",
    kind: "Namespace",
    name: "shop",
    patch: { metadata: { labels: { "istio-injection": null } } },
    check: ["MW913"],
    audit: ["require-injection"],
    analyzed: false,
  },
  {
    id: "IST0106",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [{ ...to("web"), timeout: "ten" }] } },
    check: ["MW360"],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0107",
    kind: "Service",
    name: "shop/web",
    patch: { metadata: { annotations: { "sidecar.istio.io/statsInclusionPrefixes": "a" } } },
    check: [],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0108",
    kind: "Deployment",
    name: "shop/web",
    patch: { spec: { template: { metadata: { annotations: { "sidecar.istio.io/nothing": "a" } } } } },
    check: [],
    audit: ["restrict-pod-annotations"],
    analyzed: false,
  },
  {
    id: "IST0109",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { hosts: [host("cart")] } },
    check: [],
    audit: ["MW927"],
    analyzed: true,
  },
  {
    id: "IST0110",
    kind: "Sidecar",
    name: "shop/web",
    patch: { spec: { workloadSelector: { labels: { app: "cart" } } } },
    check: ["MW915"],
    audit: ["MW928"],
    analyzed: false,
  },
  {
    id: "IST0112",
    kind: "VirtualService",
    name: "shop/cart",
    patch: { spec: { http: [to("cart")] } },
    check: [],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0116",
    kind: "Service",
    name: "shop/db",
    patch: {
      spec: {
        selector: { app: "web" },
        ports: [{ name: "tcp-a", port: 8080, targetPort: 8080, protocol: "TCP", appProtocol: "tcp" }],
      },
    },
    check: ["MW914"],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0118",
    kind: "Service",
    name: "shop/web",
    patch: { spec: { ports: [{ name: "foo", port: 8080, targetPort: 8080, protocol: "TCP" }] } },
    check: [],
    audit: ["MW929"],
    analyzed: false,
  },
  {
    id: "IST0123",
    kind: "Namespace",
    name: "shop",
    patch: { metadata: { labels: { "istio.io/rev": "canary", "istio-injection": "enabled" } } },
    check: [],
    audit: ["require-injection"],
    analyzed: false,
  },
  {
    id: "IST0125",
    kind: "Deployment",
    name: "shop/web",
    patch: {
      spec: {
        template: { metadata: { annotations: { "traffic.sidecar.istio.io/includeOutboundPorts": "all" } } },
      },
    },
    check: [],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0127",
    kind: "AuthorizationPolicy",
    name: "shop/web",
    patch: { spec: { selector: { matchLabels: { app: "nothing" } } } },
    check: ["MW918"],
    audit: ["MW926", "MW936"],
    analyzed: false,
  },
  {
    id: "IST0128",
    kind: "DestinationRule",
    name: "shop/bank",
    patch: {
      spec: {
        trafficPolicy: {
          tls: { mode: "SIMPLE", caCertificates: null, credentialName: null, insecureSkipVerify: null },
          portLevelSettings: null,
        },
      },
    },
    check: [],
    audit: [],
    analyzed: true,
  },
  {
    id: "IST0129",
    kind: "DestinationRule",
    name: "shop/bank",
    patch: {
      spec: { trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: "SIMPLE" } }] } },
    },
    check: [],
    audit: [],
    analyzed: true,
  },
  {
    id: "IST0130",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [to("web"), to("web")] } },
    check: [],
    audit: ["MW941"],
    analyzed: true,
  },
  {
    id: "IST0131",
    kind: "VirtualService",
    name: "shop/web",
    patch: {
      spec: {
        http: [
          { match: [{ uri: { prefix: "/a" } }], ...to("web") },
          { match: [{ uri: { prefix: "/a" } }, { uri: { prefix: "/b" } }], ...to("web") },
          to("web"),
        ],
      },
    },
    check: [],
    audit: ["MW941"],
    analyzed: true,
  },
  {
    id: "IST0132",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: { spec: { hosts: ["other.example.com"] } },
    check: ["MW914"],
    audit: ["MW931", "MW935"],
    analyzed: true,
  },
  {
    id: "IST0134",
    kind: "ServiceEntry",
    name: "shop/bank",
    patch: {
      spec: { addresses: null, resolution: "NONE", ports: [{ number: 5000, name: "tcp", protocol: "TCP" }] },
    },
    check: ["MW914"],
    audit: ["MW923", "restrict-egress"],
    analyzed: true,
  },
  {
    id: "IST0137",
    kind: "Service",
    name: "shop/db",
    patch: {
      spec: {
        selector: { app: "web" },
        ports: [{ name: "tcp", port: 5432, targetPort: 8080, protocol: "TCP", appProtocol: "tcp" }],
      },
    },
    check: [],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0144",
    kind: "Deployment",
    name: "shop/web",
    patch: {
      spec: {
        template: {
          spec: {
            securityContext: { runAsUser: 1337 },
            containers: [
              { name: "web", image: "registry.example.com/web:1.0.0", securityContext: { runAsUser: 1337 } },
            ],
          },
        },
      },
    },
    check: ["MW917"],
    audit: ["require-non-root"],
    analyzed: false,
  },
  {
    id: "IST0147",
    kind: "Deployment",
    name: "shop/web",
    patch: {
      spec: {
        template: {
          metadata: { labels: { "sidecar.istio.io/inject": "false" } },
          spec: { containers: [{ name: "web", image: "auto" }] },
        },
      },
    },
    check: ["MW913", "MW917"],
    audit: ["MW938", "forbid-injection-opt-out"],
    analyzed: false,
  },
  {
    id: "IST0149",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: {
      spec: {
        http: [{ match: [{ headers: { "@request.auth.claims.group": { exact: "a" } } }], ...to("web") }],
      },
    },
    check: ["MW914"],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0150",
    kind: "Service",
    name: "shop/db",
    patch: {
      spec: {
        type: "ExternalName",
        externalName: "db.example.com",
        selector: null,
        ports: [{ name: "foo", port: 5432 }],
      },
    },
    check: [],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0151",
    kind: "EnvoyFilter",
    name: "shop/cart-rate-limit",
    patch: { spec: { priority: null } },
    check: [],
    audit: ["require-safe-envoy-filters"],
    analyzed: true,
  },
  {
    id: "IST0157",
    kind: "Telemetry",
    name: "shop/default",
    patch: { spec: { accessLogging: [{ providers: null }], tracing: [{ randomSamplingPercentage: 1 }] } },
    check: [],
    audit: [],
    analyzed: true,
  },
  {
    id: "IST0162",
    kind: "Gateway",
    name: "shop/public",
    patch: {
      spec: {
        servers: [
          {
            port: { number: 9999, name: "https", protocol: "HTTPS" },
            hosts: ["shop/shop.example.com"],
            tls: { mode: "SIMPLE", credentialName: "shop-cert" },
          },
        ],
      },
    },
    check: ["MW914"],
    audit: [],
    analyzed: false,
  },
  {
    id: "IST0173",
    kind: "DestinationRule",
    name: "shop/cart",
    patch: {
      spec: {
        subsets: [
          { name: "v1", labels: { version: "v9" } },
          { name: "v2", labels: { version: "v2" } },
        ],
      },
    },
    check: ["MW337"],
    audit: ["MW925"],
    analyzed: false,
  },
  {
    id: "IST0174",
    kind: "DestinationRule",
    name: "shop/web",
    patch: { spec: { host: host("nothing") } },
    check: ["MW918"],
    audit: ["MW335"],
    analyzed: false,
  },
];
