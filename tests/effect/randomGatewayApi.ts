import fc from "fast-check";
import { type PlainObject, type RoutedRequest } from "../../effect";
import { apiGateway, object, service } from "./objects";

/** A list of one or two of some values. */
const some = <T>(...values: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });

const path = fc.constantFrom(
  { type: "PathPrefix", value: "/" },
  { type: "PathPrefix", value: "/api" },
  { type: "PathPrefix", value: "/api/" },
  { type: "PathPrefix", value: "/api/1" },
  { type: "Exact", value: "/api" },
  { type: "Exact", value: "/" },
  { type: "RegularExpression", value: "/api/[0-9]+" },
);

const headers = fc.constantFrom(
  [{ type: "Exact", name: "x-user", value: "ann" }],
  [{ type: "RegularExpression", name: "X-User", value: "a.*" }],
  [
    { type: "Exact", name: "x-user", value: "ann" },
    { type: "RegularExpression", name: "x-beta", value: "[0-9]+" },
  ],
);

const match = fc
  .record(
    {
      path,
      headers,
      method: fc.constantFrom("GET", "POST"),
      queryParams: fc.constantFrom(
        [{ type: "Exact", name: "v", value: "1" }],
        [{ type: "RegularExpression", name: "v", value: "[0-9]+" }],
      ),
    },
    { requiredKeys: ["path"] },
  )
  .map((one): object => one);

const grpcMatch = fc.record(
  {
    method: fc.constantFrom(
      { type: "Exact", service: "api" },
      { type: "Exact", service: "api", method: "1" },
      { type: "Exact", method: "1" },
      { type: "RegularExpression", service: "a.*" },
    ),
    headers,
  },
  { requiredKeys: [] },
);

const modifier = fc.constantFrom(
  { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-a", value: "1" }] } },
  { type: "ResponseHeaderModifier", responseHeaderModifier: { remove: ["x-b"] } },
);

const filter = fc.oneof(
  modifier,
  fc.constantFrom(
    {
      type: "URLRewrite",
      urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/other" } },
    },
    { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } },
    { type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/whole" } } },
    {
      type: "RequestMirror",
      requestMirror: { backendRef: { kind: "Service", group: "", name: "web", port: 80 } },
    },
    { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } },
    { type: "ExtensionRef", extensionRef: { group: "example.com", kind: "Filter", name: "x" } },
  ),
);

/** The names of the namespaces of a round. */
export interface Places {
  readonly shop: string;
  readonly bank: string;
}

/** Services of both namespaces, a Gateway, routes, grants and policies of TLS. */
export function gatewayApi({ shop, bank }: Places): fc.Arbitrary<PlainObject[]> {
  const backend = fc
    .record(
      {
        name: fc.constantFrom("web", "api", "api", "ledger", "missing"),
        namespace: fc.constantFrom(shop, bank),
        port: fc.constantFrom(80, 80, 80, 81),
        weight: fc.constantFrom(0, 1, 3),
      },
      { requiredKeys: ["name", "port"] },
    )
    .map((one): object => ({ group: "", kind: "Service", weight: 1, ...one }));
  const odd = fc.constantFrom<object>(
    { group: "networking.istio.io", kind: "Hostname", name: "out.example.com", port: 80, weight: 1 },
    { group: "example.com", kind: "Bucket", name: "x", port: 80, weight: 1 },
    { group: "", kind: "Service", name: "api", weight: 1 },
  );
  const backends = fc.array(fc.oneof({ arbitrary: backend, weight: 9 }, { arbitrary: odd, weight: 1 }), {
    maxLength: 3,
  });
  const rule = fc.record(
    {
      matches: fc.array(match, { minLength: 1, maxLength: 3 }),
      backendRefs: backends,
      filters: fc.option(filter, { nil: undefined }),
      timeouts: fc.constantFrom(
        { request: "3s" },
        { request: "5s", backendRequest: "500ms" },
        { backendRequest: "2s" },
      ),
      retry: fc.constantFrom({ attempts: 3, codes: [503] }, { codes: [500, 504] }, { attempts: 0 }),
    },
    { requiredKeys: ["matches", "backendRefs"] },
  );
  const place = fc.constantFrom(shop, shop, bank);
  const toGateway = fc
    .record(
      {
        sectionName: fc.constantFrom("http", "wide", "https", "missing"),
        port: fc.constantFrom(80, 443),
      },
      { requiredKeys: [] },
    )
    .map((one): object => ({
      group: "gateway.networking.k8s.io",
      kind: "Gateway",
      name: "public",
      namespace: shop,
      ...one,
    }));
  const toService = fc
    .record(
      { name: fc.constantFrom("web", "api", "missing"), port: fc.constantFrom(80, 81) },
      { requiredKeys: ["name"] },
    )
    .map((one): object => ({ group: "", kind: "Service", namespace: shop, ...one }));
  const parentRefs = fc.array(fc.oneof(toGateway, toGateway, toService), { minLength: 1, maxLength: 2 });
  const hostnames = fc.option(
    some("shop.example.com", "*.example.com", "a.shop.example.com", "shop.example.org"),
    {
      nil: undefined,
    },
  );
  const http = fc.record({
    namespace: place,
    parentRefs,
    hostnames,
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  });
  const grpc = fc.record({
    namespace: place,
    parentRefs,
    hostnames,
    rules: fc.array(
      fc.record({
        matches: fc.array(grpcMatch, { maxLength: 2 }),
        backendRefs: backends,
        filters: fc.option(modifier, { nil: undefined }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  });
  const from = fc.constantFrom(
    { from: "All" },
    { from: "Same" },
    { from: "Selector", selector: { matchLabels: { team: "a" } } },
  );
  return fc
    .record({
      http: fc.array(http, { minLength: 1, maxLength: 4 }),
      grpc: fc.array(grpc, { maxLength: 1 }),
      allowed: fc.tuple(from, from, from),
      kinds: fc.constantFrom(undefined, [{ kind: "HTTPRoute" }]),
      labelled: fc.boolean(),
      grant: fc.option(
        fc.record({
          to: fc.constantFrom(
            [{ group: "", kind: "Service" }],
            [{ group: "", kind: "Service", name: "ledger" }],
          ),
          kind: fc.constantFrom("HTTPRoute", "GRPCRoute"),
        }),
      ),
      tls: fc.option(fc.constantFrom({}, { sectionName: "http" }, { sectionName: "missing" })),
    })
    .map(({ http: httpRoutes, grpc: grpcRoutes, allowed, kinds, labelled, grant, tls }) => {
      const routes = (
        kind: string,
        list: readonly { namespace: string; rules: readonly object[] }[],
      ): PlainObject[] =>
        list.map(({ namespace, rules, ...spec }, i) =>
          object(kind, `${namespace}/${kind.toLowerCase()}-${i}`, {
            ...defined(spec),
            rules: rules.map(listed),
          }),
        );
      const listener = (name: string, port: number, i: 0 | 1 | 2, more: object): object => ({
        name,
        port,
        protocol: "HTTP",
        allowedRoutes: { namespaces: allowed[i], ...(kinds && { kinds }) },
        ...more,
      });
      return [
        object("Namespace", shop, {}, { labels: { "kubernetes.io/metadata.name": shop, team: "a" } }),
        object(
          "Namespace",
          bank,
          {},
          {
            labels: { "kubernetes.io/metadata.name": bank, ...(labelled && { team: "a" }) },
          },
        ),
        service(`${shop}/web`),
        service(`${shop}/api`),
        service(`${bank}/ledger`),
        service(`${bank}/api`),
        apiGateway(`${shop}/public`, [
          listener("http", 80, 0, { hostname: "shop.example.com" }),
          listener("wide", 80, 1, { hostname: "*.example.com" }),
          listener("https", 443, 2, {
            protocol: "HTTPS",
            hostname: "*.example.com",
            tls: { mode: "Terminate", options: { "gateway.istio.io/tls-terminate-mode": "ISTIO_SIMPLE" } },
          }),
          // It conflicts with the first, so it is left out.
          listener("again", 80, 0, { hostname: "shop.example.com" }),
        ]),
        ...routes("HTTPRoute", httpRoutes),
        ...routes("GRPCRoute", grpcRoutes),
        ...(grant
          ? [
              object("ReferenceGrant", `${bank}/grant`, {
                from: [{ group: "gateway.networking.k8s.io", kind: grant.kind, namespace: shop }],
                to: grant.to,
              }),
            ]
          : []),
        ...(tls
          ? [
              object("BackendTLSPolicy", `${shop}/tls`, {
                targetRefs: [{ group: "", kind: "Service", name: "api", ...tls }],
                validation: { hostname: "api.example.com", wellKnownCACertificates: "System" },
              }),
            ]
          : []),
      ];
    });
}

function listed({ filters, ...rule }: { readonly filters?: unknown }): object {
  return { ...rule, ...(filters !== undefined && { filters: [filters] }) };
}

function defined(spec: object): object {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

const common = {
  method: fc.constantFrom("GET", "POST"),
  path: fc.constantFrom(
    "/",
    "/api",
    "/api/",
    "/apix",
    "/api/1",
    "/api/12",
    "/api/1/x",
    "/api?v=1",
    "/api/1?v=x",
    "/other",
  ),
  user: fc.constantFrom(undefined, "ann", "an", "bob"),
  beta: fc.constantFrom(undefined, "1", "x"),
};

function request(
  {
    user,
    beta,
    ...rest
  }: { user: string | undefined; beta: string | undefined; method: string; path: string },
  to: Pick<RoutedRequest, "host" | "port" | "scheme">,
): RoutedRequest {
  const given = { "x-user": user, "x-beta": beta };
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...rest, ...to, headers: Object.fromEntries(set) };
}

/** Requests of a client outside to the Gateway. */
export const outside: fc.Arbitrary<RoutedRequest> = fc
  .record({
    ...common,
    host: fc.constantFrom("shop.example.com", "a.shop.example.com", "x.example.com", "shop.example.org"),
    tls: fc.boolean(),
  })
  .map(({ host, tls, ...rest }) =>
    request(rest, tls ? { host, port: 443, scheme: "https" } : { host, port: 80 }),
  );

/** Requests of workloads to the services. */
export function inside({ shop, bank }: Places): fc.Arbitrary<RoutedRequest> {
  const host = fc.constantFrom(`web.${shop}`, `api.${shop}`, `ledger.${bank}`, `api.${bank}`);
  return fc
    .record({ ...common, host })
    .map(({ host: name, ...rest }) => request(rest, { host: `${name}.svc.cluster.local`, port: 80 }));
}
