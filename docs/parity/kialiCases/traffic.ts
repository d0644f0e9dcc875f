import { host, object } from "../changed";
import type { KialiCase } from "./kialiCase";
import { networking, gatewayApi, pods, listener, apiGateway } from "./objects";

/** Validations of routes, hosts and gateways. */
export const traffic: readonly KialiCase[] = [
  {
    id: "KIA0201",
    kind: "DestinationRule",
    name: "shop/second",
    added: [
      object(networking, "DestinationRule", "second", {
        host: host("web"),
        trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } },
      }),
    ],
    check: [],
    audit: ["MW928", "bound-circuit-breakers"],
    analyzed: true,
  },
  {
    id: "KIA0209",
    kind: "DestinationRule",
    name: "shop/cart",
    patch: { spec: { subsets: [{ name: "v1" }, { name: "v2", labels: { version: "v2" } }] } },
    check: [],
    audit: [],
    analyzed: true,
    why: "no mistake: such a subset has all pods of the service, and serves to give routes their own limits",
  },
  {
    id: "KIA0302",
    kind: "Gateway",
    name: "shop/public",
    given: [pods("ingress", "istio-ingress", { istio: "ingress" })],
    patch: { spec: { selector: { istio: "nothing" } } },
    check: ["MW918"],
    audit: ["MW926", "MW939"],
    analyzed: true,
  },
  {
    id: "KIA1102",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: { spec: { gateways: ["publik"] } },
    check: ["MW918"],
    audit: ["MW922", "MW935"],
    analyzed: true,
  },
  {
    id: "KIA1104",
    kind: "VirtualService",
    name: "shop/web",
    patch: { spec: { http: [{ route: [{ destination: { host: host("web") }, weight: 50 }] }] } },
    check: ["MW338"],
    audit: ["MW954"],
    analyzed: true,
  },
  {
    id: "KIA1105",
    kind: "VirtualService",
    name: "shop/cart",
    patch: {
      spec: {
        http: [
          {
            route: [90, 10].map((weight) => ({
              destination: { host: host("cart"), subset: "v1", port: { number: 8080 } },
              weight,
            })),
          },
        ],
      },
    },
    check: ["MW338", "MW365"],
    audit: ["MW954"],
    analyzed: true,
  },
  {
    id: "KIA1108",
    kind: "VirtualService",
    name: "shop/shop.example.com",
    patch: { spec: { gateways: ["public.shop.svc.cluster.local"] } },
    check: ["MW918"],
    audit: ["MW922", "MW935"],
    analyzed: true,
  },
  {
    id: "KIA1211",
    kind: "ServiceEntry",
    name: "shop/second",
    added: [
      object(networking, "ServiceEntry", "second", {
        hosts: ["bank.example.com"],
        location: "MESH_EXTERNAL",
        resolution: "NONE",
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      }),
    ],
    check: [],
    audit: ["MW945"],
    analyzed: true,
  },
  {
    id: "KIA1401",
    kind: "HTTPRoute",
    name: "shop/second",
    given: [apiGateway("api")],
    added: [
      object(gatewayApi, "HTTPRoute", "second", {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "nothing" }],
        rules: [{ backendRefs: [{ group: "", kind: "Service", name: "web", port: 8080 }] }],
      }),
    ],
    check: [],
    audit: ["MW940"],
    analyzed: true,
  },
  {
    id: "KIA1402",
    kind: "HTTPRoute",
    name: "shop/second",
    given: [apiGateway("api")],
    added: [
      object(gatewayApi, "HTTPRoute", "second", {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "api" }],
        rules: [{ backendRefs: [{ group: "", kind: "Service", name: "nothing", port: 8080 }] }],
      }),
    ],
    check: [],
    audit: ["MW923"],
    analyzed: true,
  },
  {
    id: "KIA1501",
    kind: "Gateway",
    name: "shop/second",
    given: [apiGateway("api")],
    added: [apiGateway("second")],
    check: [],
    audit: ["require-gateway-tls"],
    analyzed: true,
    why: "no mistake: istiod creates a proxy and a Service for each Gateway, so their listeners do not meet",
  },
  {
    id: "KIA1502",
    kind: "Gateway",
    name: "shop/second",
    given: [apiGateway("api", { addresses: [{ type: "IPAddress", value: "192.0.2.1" }] })],
    added: [
      apiGateway("second", {
        addresses: [{ type: "IPAddress", value: "192.0.2.1" }],
        listeners: [{ ...listener, hostname: "second.example.com" }],
      }),
    ],
    check: [],
    audit: ["MW958", "require-gateway-tls"],
    analyzed: true,
  },
  {
    id: "KIA1503",
    kind: "Gateway",
    name: "shop/second",
    added: [apiGateway("second", { listeners: [listener, { ...listener, name: "again" }] })],
    check: [],
    audit: ["MW958", "require-gateway-tls"],
    analyzed: true,
  },
  {
    id: "KIA1504",
    kind: "Gateway",
    name: "shop/second",
    added: [apiGateway("second", { gatewayClassName: "isto" })],
    check: [],
    audit: ["MW958", "require-gateway-tls"],
    analyzed: true,
  },
  {
    id: "KIA1601",
    kind: "ReferenceGrant",
    name: "shop/second",
    added: [
      object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "second", {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "nowhere" }],
        to: [{ group: "", kind: "Service" }],
      }),
    ],
    check: [],
    audit: ["MW951"],
    analyzed: true,
  },
];
