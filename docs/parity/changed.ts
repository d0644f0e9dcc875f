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
  /** The message of `istioctl analyze`, or the validation of Kiali. */
  readonly id: `IST${string}` | `KIA${string}`;
  readonly kind: string;
  /** `<namespace>/<name>`, or the name of an object without a namespace. */
  readonly name: string;
  /** The override, as a merge patch. Of a case with {@link added}: no changes. */
  readonly patch: object;
  /** Further objects, which an override can't create. Default: none. */
  readonly added?: readonly object[];
  /** Further objects, in which there is no mistake. Default: none. */
  readonly given?: readonly object[];
  /** Codes that `check` finds in the catalog with the override. None for further objects. */
  readonly check: readonly string[];
  /** Codes and policies that `audit` finds in the changed manifests, and not in the others. */
  readonly audit: readonly string[];
  /** Whether the other tool reports the message for the changed manifests. */
  readonly analyzed: boolean;
  /** Why it is no mistake, or why it is not found. */
  readonly why?: string;
}

export const host = (name: string): string => `${name}.shop.svc.cluster.local`;
export const to = (name: string, more: object = {}): object => ({
  route: [{ destination: { host: host(name), ...more } }],
});

const https = {
  port: { number: 443, name: "https", protocol: "HTTPS" },
  tls: { mode: "SIMPLE", credentialName: "shop-cert" },
};
export const object = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
  namespace = "shop",
): object => ({ apiVersion, kind, metadata: { name, namespace }, spec });

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
    audit: ["MW966", "require-injection"],
    analyzed: false,
  },
  {
    id: "IST0106",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [{ ...to("web"), timeout: "ten" }] } },
    check: ["MW360"],
    audit: ["MW948"],
    analyzed: false,
  },
  {
    id: "IST0107",
    kind: "Service",
    name: "shop/web",
    patch: { metadata: { annotations: { "sidecar.istio.io/statsInclusionPrefixes": "a" } } },
    check: ["MW338"],
    audit: ["MW942"],
    analyzed: false,
  },
  {
    id: "IST0108",
    kind: "Deployment",
    name: "shop/web",
    patch: { spec: { template: { metadata: { annotations: { "sidecar.istio.io/nothing": "a" } } } } },
    check: ["MW338"],
    audit: ["MW942", "restrict-pod-annotations"],
    analyzed: false,
  },
  {
    id: "IST0109",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { hosts: [host("cart")] } },
    check: ["MW339"],
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
    check: ["MW338", "MW365"],
    audit: ["MW943"],
    analyzed: false,
    why: "info only: a request keeps its own port, which is wrong only if the host does not have it",
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
    check: ["MW338", "MW366", "MW914"],
    audit: ["MW945"],
    analyzed: false,
  },
  {
    id: "IST0118",
    kind: "Service",
    name: "shop/web",
    patch: { spec: { ports: [{ name: "foo", port: 8080, targetPort: 8080, protocol: "TCP" }] } },
    check: ["MW338"],
    audit: ["MW929"],
    analyzed: false,
  },
  {
    id: "IST0123",
    kind: "Namespace",
    name: "shop",
    patch: { metadata: { labels: { "istio.io/rev": "canary", "istio-injection": "enabled" } } },
    check: ["MW338"],
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
    check: ["MW338"],
    audit: ["MW942"],
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
    why: "no mistake: proxies verify such a server by the system's certificate authorities",
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
    why: "no mistake: proxies verify such a server by the system's certificate authorities",
  },
  {
    id: "IST0130",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [to("web"), to("web")] } },
    check: ["MW338"],
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
    check: ["MW338"],
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
    check: ["MW914", "MW915"],
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
    check: ["MW338", "MW366"],
    audit: ["MW945"],
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
    check: ["MW373", "MW917"],
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
    check: ["MW373", "MW376", "MW913", "MW917"],
    audit: ["MW938", "MW966", "forbid-injection-opt-out"],
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
    check: ["MW338", "MW914"],
    audit: [],
    analyzed: false,
    why: "`audit` needs the gateway's pods, which a Helm release creates here",
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
    check: ["MW338", "MW366"],
    audit: ["MW946"],
    analyzed: false,
  },
  {
    id: "IST0151",
    kind: "EnvoyFilter",
    name: "shop/cart-rate-limit",
    patch: { spec: { priority: null } },
    check: ["MW338"],
    audit: ["require-safe-envoy-filters"],
    analyzed: true,
  },
  {
    id: "IST0157",
    kind: "Telemetry",
    name: "shop/default",
    patch: { spec: { accessLogging: [{ providers: null }], tracing: [{ randomSamplingPercentage: 1 }] } },
    check: ["MW338", "MW377"],
    audit: ["MW947"],
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
    check: ["MW338", "MW914"],
    audit: [],
    analyzed: false,
    why: "`audit` needs the gateway's pods, which a Helm release creates here",
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
  {
    id: "IST0002",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [{ ...to("web"), fault: { delay: { percent: 50, fixedDelay: "1s" } } }] } },
    check: [],
    audit: ["forbid-fault-injection"],
    analyzed: true,
    why: "`check` allows the field, which Istio still reads",
  },
  {
    id: "IST0111",
    kind: "Sidecar",
    name: "shop/second",
    patch: {},
    added: ["first", "second"].map((name) =>
      object("networking.istio.io/v1", "Sidecar", name, { egress: [{ hosts: ["./*"] }] }),
    ),
    check: [],
    audit: ["MW928"],
    analyzed: false,
  },
  {
    id: "IST0135",
    kind: "Deployment",
    name: "shop/web",
    patch: {
      spec: { template: { metadata: { annotations: { "sidecar.istio.io/statsInclusionPrefixes": "a" } } } },
    },
    check: ["MW338"],
    audit: ["MW942"],
    analyzed: false,
  },
  {
    id: "IST0138",
    kind: "Gateway",
    name: "shop/second",
    patch: {},
    added: [
      object("networking.istio.io/v1", "Gateway", "second", {
        selector: { istio: "ingress" },
        servers: [{ ...https, hosts: ["shop/other.example.com"] }],
      }),
    ],
    check: [],
    audit: ["MW926", "MW935"],
    analyzed: true,
    why: "`audit` reports the Gateway's pods and routes only. Whether clients reuse a connection depends on the names in the certificate",
  },
  {
    id: "IST0140",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: { spec: { http: [to("cart", { port: { number: 8080 } })] } },
    check: ["MW366"],
    audit: [],
    analyzed: false,
    why: "no mistake for the analyzer: the routes of a gateway are those of its own VirtualService",
  },
  {
    id: "IST0145",
    kind: "Gateway",
    name: "shop/second",
    patch: {},
    added: [
      object("networking.istio.io/v1", "Gateway", "second", {
        selector: { istio: "ingress" },
        servers: [{ ...https, hosts: ["shop/shop.example.com"] }],
      }),
    ],
    check: [],
    audit: ["MW926", "MW928", "MW935"],
    analyzed: false,
  },
  {
    id: "IST0146",
    kind: "Deployment",
    name: "outside/web",
    patch: {},
    added: [
      object(
        "apps/v1",
        "Deployment",
        "web",
        {
          selector: { matchLabels: { app: "web" } },
          template: {
            metadata: { labels: { app: "web" } },
            spec: { containers: [{ name: "istio-proxy", image: "auto" }] },
          },
        },
        "outside",
      ),
    ],
    check: [],
    audit: ["MW932", "MW933", "require-safe-effects"],
    analyzed: false,
    why: "`audit` reports what the proxy accepts. The label for injection may be on a Namespace elsewhere",
  },
  ...(
    [
      ["IST0152", "ROUTE_CONFIGURATION", "REPLACE"],
      ["IST0153", "HTTP_ROUTE", "ADD"],
      ["IST0154", "HTTP_ROUTE", "REMOVE"],
    ] as const
  ).map(([id, applyTo, operation]): ChangedCase => ({
    id,
    kind: "EnvoyFilter",
    name: "shop/cart-rate-limit",
    patch: { spec: { configPatches: [{ applyTo, patch: { operation, value: { name: "a" } } }] } },
    check: ["MW338", "MW916"],
    audit: ["require-safe-envoy-filters"],
    analyzed: true,
  })),
  {
    id: "IST0155",
    kind: "EnvoyFilter",
    name: "shop/cart-rate-limit",
    patch: {
      spec: {
        priority: null,
        configPatches: ["ADD", "INSERT_BEFORE"].map((operation) => ({
          applyTo: "HTTP_FILTER",
          match: { proxy: { proxyVersion: "^1.*" } },
          patch: { operation, value: { name: "a" } },
        })),
      },
    },
    check: ["MW338", "MW916"],
    audit: ["require-safe-envoy-filters"],
    analyzed: true,
  },
  ...(
    [
      ["IST0159", { selector: { matchLabels: { app: "web" } } }],
      ["IST0160", {}],
    ] as const
  ).map(([id, spec]): ChangedCase => ({
    id,
    kind: "Telemetry",
    name: "shop/second",
    patch: {},
    added: ["first", "second"].map((name) =>
      object("telemetry.istio.io/v1", "Telemetry", name, {
        ...spec,
        accessLogging: [{ providers: [{ name: "envoy" }] }],
      }),
    ),
    check: [],
    audit: ["MW928"],
    analyzed: id === "IST0160",
  })),
  {
    id: "IST0165",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: { spec: { gateways: ["shop/public-istio-autogenerated-k8s-gateway-https"] } },
    check: ["MW918"],
    audit: ["MW922", "MW935"],
    analyzed: false,
  },
  {
    id: "IST0177",
    kind: "ServiceEntry",
    name: "shop/second",
    patch: {},
    added: [
      object("networking.istio.io/v1", "ServiceEntry", "second", {
        hosts: ["bank.example.com"],
        location: "MESH_EXTERNAL",
        resolution: "DNS",
        ports: [{ number: 80, name: "tcp", protocol: "TCP" }],
      }),
    ],
    check: [],
    audit: ["MW945"],
    analyzed: true,
  },
];

/** Messages of the analyzer without a case, each with the reason. */
export const withoutCase: readonly (readonly [id: `IST${string}`, why: string])[] = [
  ["IST0001", "an error of the analyzer itself"],
  ["IST0103", "only running pods show that they were created before the webhook"],
  ["IST0126", "mesh networks are values of istiod, which policy `restrict-control-plane` refuses"],
  ["IST0133", "a warning about each EnvoyFilter, and none about another rendered object"],
  ["IST0136", "`istioctl` does not run this analyzer, because Istio sets such annotations itself"],
  ["IST0139", "the CA and the Service of a webhook are in the cluster, where istiod writes them"],
  ["IST0141", "the user's permissions are in the cluster"],
  ["IST0142", "the version of Kubernetes is the cluster's"],
  ["IST0143", "only a running process shows its address. `istioctl` reads it in the pods"],
  ["IST0148", "a value of istiod, which policy `restrict-control-plane` refuses"],
  ["IST0156", "the CRDs of the Gateway API are in the cluster"],
  ["IST0158", "only running proxies show their version. `meshwright status` compares it"],
  ["IST0161", "certificates are in Secrets. `meshwright status` reads them in the cluster"],
  ["IST0163", "the address of an external control plane is in the webhook of its cluster"],
  ["IST0164", "the address of an external control plane is in the webhook of its cluster"],
  ["IST0166", "it compares selectors with the running pods of Gateways, which istiod creates"],
  ["IST0167", "waypoints of ambient mode, which the model of effects does not read"],
  ["IST0168", "it compares the installed version of Istio with another one"],
  ["IST0169", "it compares the installed version of Istio with another one"],
  ["IST0170", "it compares the Services of several clusters"],
  ["IST0171", "controllers write the conditions of a status in the cluster"],
  ["IST0172", "the CRDs of the Gateway API are in the cluster"],
  ["IST0175", "the blocked addresses are in the environment of the running istiod"],
  ["IST0176", "the CRDs of the Gateway API are in the cluster"],
];
