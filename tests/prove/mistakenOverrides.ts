const catalog = `name: shop
environment: dev
services:
  web:
    ports: { http: { port: 80, targetPort: 8080, protocol: http } }
    workload: { image: example.com/app:1, replicas: 1 }
    calls: { api: { methods: [GET], timeout: 2s } }
  api:
    ports: { http: { port: 80, targetPort: 8080, protocol: http } }
    workload: { image: example.com/app:1, replicas: 1 }
    versions: { v1: {}, v2: {} }
    traffic: { weights: { v1: 100, v2: 0 } }
    rateLimit: { requests: 10, per: 1s }
gateways:
  edge:
    hosts:
      shop.example.com:
        tls: { credentialName: shop }
        routes: [{ prefix: /, service: web, methods: [GET] }]
overrides:
`;

/** The line of the override in each catalog. */
export const overrideLine = 22;

/** An override of an object, the claim that it breaks, and the first overridden line of the object's file. */
interface Mistake {
  readonly catalog: string;
  readonly object: string;
  readonly place: string;
  readonly claim: string;
  readonly expected: string;
  readonly seen: string;
}

const mistake = (kind: string, name: string, spec: string, rest: Omit<Mistake, "catalog" | "object">) => ({
  ...rest,
  catalog: `${catalog}  ${kind}:\n    shop/${name}: ${spec}\n`,
  object: `${kind} shop/${name}`,
});

const [host, cluster] = ["shop.example.com", "host: api.shop.svc.cluster.local"];
const routed = `{ destination: { ${cluster}, subset: v1, port: { number: 80 } } }`;

/** What a team may override by mistake. */
export const mistakes: Readonly<Record<string, Mistake>> = {
  "mutual TLS is PERMISSIVE": mistake(
    "PeerAuthentication",
    "default",
    "{ spec: { mtls: { mode: PERMISSIVE } } }",
    {
      place: "shop/peerauthentication-default.yaml:14",
      claim: "api:http refuses plaintext",
      expected: "refused",
      seen: "403",
    },
  ),
  "callers send plaintext": mistake(
    "DestinationRule",
    "api",
    "{ spec: { trafficPolicy: { tls: { mode: DISABLE } } } }",
    {
      place: "shop/destinationrule-api.yaml:39",
      claim: "shop/web may call api:http, as its calls say",
      expected: "answered",
      seen: "503",
    },
  ),
  "a policy admits everything": mistake("AuthorizationPolicy", "api", "{ spec: { rules: [{}] } }", {
    place: "shop/authorizationpolicy-api.yaml:14",
    claim: "api:http denies every identity without a call",
    expected: "denied",
    seen: "200 from api-v1-0",
  }),
  "a route leads to another version": mistake(
    "VirtualService",
    "api",
    `{ spec: { http: [{ route: [${routed.replace("v1", "v2")}], timeout: 2s }] } }`,
    {
      place: "shop/virtualservice-api.yaml:15",
      claim: "requests to api are divided: 100 % to v1, 0 % to v2",
      expected: "100 % to v1, 0 % to v2",
      seen: "5 × v2",
    },
  ),
  "a timeout is missing": mistake("VirtualService", "api", `{ spec: { http: [{ route: [${routed}] }] } }`, {
    place: "shop/virtualservice-api.yaml:15",
    claim: "web waits for api at most 2 s",
    expected: "504 after 2 to 2 s and 1 attempts",
    seen: "200 after 3 s and 1 attempts",
  }),
  "a gateway serves plain HTTP": mistake(
    "Gateway",
    "edge",
    `{ spec: { servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${host}] }, { port: { number: 443, name: https, protocol: HTTPS }, hosts: [${host}], tls: { mode: SIMPLE, credentialName: shop, minProtocolVersion: TLSV1_2 } }] } }`,
    {
      place: "shop/gateway-edge.yaml:15",
      claim: `${host} redirects plain HTTP to HTTPS`,
      expected: `redirected, status 301, location https://${host}/prove`,
      seen: "200 from web-0",
    },
  ),
};

const listener =
  "listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.rbac } } } }";

/** An override that the model does not read: it removes the filter of the AuthorizationPolicies. */
export const withoutPolicies: Mistake = mistake(
  "EnvoyFilter",
  "api-rate-limit",
  `{ spec: { configPatches: [{ applyTo: HTTP_FILTER, match: { context: SIDECAR_INBOUND, ${listener} }, patch: { operation: REMOVE } }] } }`,
  {
    place: "shop/envoyfilter-api-rate-limit.yaml:14",
    claim: "api:http denies every identity without a call",
    expected: "denied",
    seen: "200 from api-v1-0",
  },
);
