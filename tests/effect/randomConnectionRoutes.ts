import fc from "fast-check";
import type { PlainObject, RoutedRequest } from "../../effect";
import { apiGateway, object, service } from "./objects";
import type { Places } from "./randomGatewayApi";

/** Ports of the Gateway's listeners: TLS for two hosts, TLS for every host, TCP, and TLS that ends at the gateway. */
export const listenerPorts = [8443, 9443, 9000, 10443] as const;

const terminated = { mode: "Terminate", options: { "gateway.istio.io/tls-terminate-mode": "ISTIO_SIMPLE" } };

const listeners = [
  { name: "wide", port: 8443, protocol: "TLS", hostname: "*.example.com", tls: { mode: "Passthrough" } },
  { name: "narrow", port: 8443, protocol: "TLS", hostname: "shop.example.com", tls: { mode: "Passthrough" } },
  { name: "any", port: 9443, protocol: "TLS", tls: { mode: "Passthrough" } },
  { name: "tcp", port: 9000, protocol: "TCP" },
  { name: "ended", port: 10443, protocol: "TLS", hostname: "*.example.com", tls: terminated },
];

/** Services with ports of TCP, TLS and HTTP. */
const ports = [
  { name: "tcp", port: 9000, targetPort: 9000 },
  { name: "tls", port: 8443, targetPort: 8443 },
  { name: "http", port: 80, targetPort: 8080 },
];

/** Services of both namespaces, a Gateway, routes of connections and grants. */
export function connectionRoutes({ shop, bank }: Places): fc.Arbitrary<PlainObject[]> {
  const backend = fc
    .record(
      {
        name: fc.constantFrom("web", "api", "ledger", "missing"),
        namespace: fc.constantFrom(shop, bank),
        port: fc.constantFrom(9000, 9000, 8443, 81),
        weight: fc.constantFrom(0, 1, 3),
      },
      { requiredKeys: ["name", "port"] },
    )
    .map((one): object => ({ group: "", kind: "Service", ...one }));
  const odd = fc.constantFrom<object>(
    { group: "networking.istio.io", kind: "Hostname", name: "out.example.com", port: 9000 },
    { group: "example.com", kind: "Bucket", name: "x", port: 9000 },
    { group: "", kind: "Service", name: "api" },
  );
  const backends = fc.array(fc.oneof({ arbitrary: backend, weight: 12 }, { arbitrary: odd, weight: 1 }), {
    maxLength: 3,
  });
  const rules = fc.record({ backendRefs: backends }).map((rule): object[] => [rule]);
  const toGateway = (...sections: readonly string[]) =>
    fc
      .record(
        { sectionName: fc.constantFrom(...sections), port: fc.constantFrom(8443, 9443, 9000) },
        { requiredKeys: sections.includes("tcp") ? ["sectionName"] : [] },
      )
      .map((one): object => ({
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        name: "public",
        namespace: shop,
        ...one,
      }));
  const toService = (port: number) =>
    fc
      .record(
        { name: fc.constantFrom("web", "api", "missing"), port: fc.constantFrom(port, port, 81) },
        { requiredKeys: ["name"] },
      )
      .map((one): object => ({ group: "", kind: "Service", namespace: shop, ...one }));
  const namespace = fc.constantFrom(shop, shop, bank);
  const hostnames = fc.uniqueArray(
    fc.constantFrom("shop.example.com", "*.example.com", "a.shop.example.com", "shop.example.org"),
    { minLength: 1, maxLength: 2 },
  );
  const tls = fc.record({
    namespace,
    parentRefs: fc.array(fc.oneof(toGateway("wide", "narrow", "any", "ended", "missing"), toService(8443)), {
      minLength: 1,
      maxLength: 2,
    }),
    hostnames,
    rules,
  });
  const tcp = fc.record({
    namespace,
    parentRefs: fc.array(fc.oneof(toGateway("tcp", "tcp", "ended", "missing"), toService(9000)), {
      minLength: 1,
      maxLength: 2,
    }),
    rules,
  });
  const from = fc.constantFrom({ from: "All" }, { from: "Same" });
  return fc
    .record({
      tls: fc.array(tls, { maxLength: 3 }),
      tcp: fc.array(tcp, { maxLength: 2 }),
      allowed: fc.tuple(from, from, from, from, from),
      grant: fc.option(fc.constantFrom("TLSRoute", "TCPRoute")),
    })
    .map((drawn) => {
      const routes = (
        kind: "TLSRoute" | "TCPRoute",
        list: readonly { readonly namespace: string }[],
      ): PlainObject[] =>
        list.map(({ namespace: own, ...spec }, i) => ({
          ...object(kind, `${own}/${kind.toLowerCase()}-${i}`, spec),
          // The version that istiod reads. An API server converts others to it.
          apiVersion: "gateway.networking.k8s.io/v1",
        }));
      return [
        object("Namespace", shop, {}, { labels: { "kubernetes.io/metadata.name": shop } }),
        object("Namespace", bank, {}, { labels: { "kubernetes.io/metadata.name": bank } }),
        ...[`${shop}/web`, `${shop}/api`, `${bank}/ledger`].map((name) => service(name, { ports })),
        apiGateway(
          `${shop}/public`,
          listeners.map((one, i) => ({ ...one, allowedRoutes: { namespaces: drawn.allowed[i] } })),
        ),
        ...routes("TLSRoute", drawn.tls),
        ...routes("TCPRoute", drawn.tcp),
        ...(drawn.grant === null
          ? []
          : [
              object("ReferenceGrant", `${bank}/grant`, {
                from: [{ group: "gateway.networking.k8s.io", kind: drawn.grant, namespace: shop }],
                to: [{ group: "", kind: "Service" }],
              }),
            ]),
      ];
    });
}

/** Every connection of a client outside to the Gateway: each port, with each name and without TLS. */
export const fromOutside: readonly RoutedRequest[] = listenerPorts.flatMap((port) =>
  ["shop.example.com", "a.shop.example.com", "x.example.com", "shop.example.org", "Shop.Example.com"].map(
    (host): RoutedRequest => ({ host, port, ...(port !== 9000 && { scheme: "https" }) }),
  ),
);

/** Every connection of a workload to the Services. */
export const fromInside = ({ shop, bank }: Places): readonly RoutedRequest[] =>
  [`web.${shop}`, `api.${shop}`, `ledger.${bank}`].flatMap((name) =>
    [9000, 8443].map((port): RoutedRequest => ({
      host: `${name}.svc.cluster.local`,
      port,
      ...(port === 8443 && { scheme: "https" }),
    })),
  );
