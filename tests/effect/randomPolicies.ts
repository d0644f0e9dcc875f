import fc from "fast-check";
import { type PlainObject, type Request, type Workload } from "../../effect";
import { object, service, workload } from "./objects";

/** Workloads of two namespaces, of which all have a sidecar. */
export const workloads: readonly Workload[] = [
  workload("shop/web", { ports: [8080, 9000] }),
  workload("shop/api", { ports: [8080, 9000] }),
  workload("bank/ledger", { ports: [8080, 9000] }),
];

/** Services of all workloads: a port of HTTP, and one of TCP. */
export const services: readonly PlainObject[] = workloads.map(({ namespace, name }) =>
  service(`${namespace}/${name}`, {
    ports: [
      { name: "http", port: 80, targetPort: 8080 },
      { name: "tcp", port: 9000, targetPort: 9000 },
    ],
  }),
);

const some = <T>(...values: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const fields = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc
    .record(model, { requiredKeys: [] })
    .map((record) => Object.fromEntries(Object.entries(record).slice(0, 3)) as object);

const principals = some(
  "cluster.local/ns/shop/sa/web",
  "cluster.local/ns/shop/sa/*",
  "*/sa/api",
  "*",
  "cluster.local/ns/bank*",
  "other.domain/ns/shop/sa/web",
  "*/ns/shop/sa/web",
);
const namespaces = some("shop", "ba*", "*nk", "*", "s*p");
const accounts = some("web", "shop/api", "bank/ledger");
const domains = some("cluster.local", "*.domain", "*", "clus*");
const blocks = some("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.168.0.0/24");
const requestPrincipals = some("*", "https://issuer/*", "https://issuer/ann", "*/ann", "issuer-two/bob");
const ports = some("8080", "9000", "80");
const methods = some("GET", "POST", "P*", "*T", "*");
const paths = some("/", "/api", "/api/*", "*/edit", "*", "/api/{*}/edit", "/files/{**}", "/api/v1*");
const hosts = some("api.shop", "*.shop", "api*", "*");

const sources = fields({
  principals,
  notPrincipals: principals,
  namespaces,
  notNamespaces: namespaces,
  trustDomains: domains,
  serviceAccounts: accounts,
  ipBlocks: blocks,
  notIpBlocks: blocks,
  remoteIpBlocks: blocks,
  requestPrincipals,
  notRequestPrincipals: requestPrincipals,
});
/** istiod refuses service accounts beside namespaces and principals. */
function withoutConflict(one: object): object {
  if (!("serviceAccounts" in one)) return one;
  return Object.fromEntries(Object.entries(one).filter(([field]) => !/namespaces|principals/i.test(field)));
}

const operation = fields({
  ports,
  notPorts: ports,
  methods,
  notMethods: methods,
  paths,
  notPaths: paths,
  hosts,
  notHosts: hosts,
});
const values = (list: fc.Arbitrary<string[]>): fc.Arbitrary<object> =>
  fc.oneof(
    list.map((one) => ({ values: one })),
    list.map((one) => ({ notValues: one })),
  );
const condition = (key: string, list: fc.Arbitrary<string[]>): fc.Arbitrary<object> =>
  values(list).map((one) => ({ key, ...one }));
const when = fc.oneof(
  condition("request.headers[x-user]", some("ann", "a*", "*n", "*")),
  condition("request.auth.claims[group]", some("admin", "staff*", "*")),
  condition("request.auth.claims[realm][role]", some("owner", "*er")),
  condition("request.auth.audiences", some("shop", "bank")),
  condition("request.auth.claims[scope]", some("read", "write")),
  condition("source.namespace", namespaces),
  condition("source.principal", principals),
  condition("source.ip", blocks),
  condition("destination.port", ports),
);
const list = <T>(one: fc.Arbitrary<T>, max: number): fc.Arbitrary<T[]> => fc.array(one, { maxLength: max });
const rule = fc
  .record({ from: list(sources.map(withoutConflict), 2), to: list(operation, 2), when: list(when, 2) })
  .map(({ from, to, when: conditions }) => ({
    ...(from.some(filled) && { from: from.filter(filled).map((one) => ({ source: one })) }),
    ...(to.some(filled) && { to: to.filter(filled).map((one) => ({ operation: one })) }),
    ...(conditions.length > 0 && { when: conditions }),
  }));

function filled(one: object): boolean {
  return Object.keys(one).length > 0;
}

const selector = fc.constantFrom({}, {}, { selector: { matchLabels: { app: "api" } } });
const place = fc.constantFrom("shop", "shop", "bank", "istio-system");

/** Several AuthorizationPolicies, PeerAuthentications and RequestAuthentications of the namespaces and of the mesh. */
export const policies: fc.Arbitrary<PlainObject[]> = fc
  .record({
    authorization: fc.array(
      fc.record({
        namespace: place,
        spec: selector,
        action: fc.constantFrom("ALLOW", "ALLOW", "DENY"),
        rules: list(rule, 3),
        dryRun: fc.constantFrom(false, false, false, true),
      }),
      { maxLength: 5 },
    ),
    peers: fc.array(
      fc.record({
        namespace: place,
        spec: selector,
        mode: fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET"),
        ports: fc.constantFrom({}, { 8080: { mode: "PERMISSIVE" } }, { 9000: { mode: "STRICT" } }),
      }),
      { maxLength: 3 },
    ),
    tokens: fc.array(
      fc.record({
        namespace: place,
        spec: selector,
        issuer: fc.constantFrom("https://issuer", "issuer-two"),
        audiences: fc.constantFrom([], ["shop"]),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ authorization, peers, tokens }) => [
    ...authorization.map(({ namespace, spec, action, rules, dryRun }, i) =>
      object(
        "AuthorizationPolicy",
        `${namespace}/policy-${i}`,
        // istiod refuses a DENY policy without rules.
        { ...spec, action, ...(rules.length > 0 ? { rules } : action === "DENY" && { rules: [{}] }) },
        dryRun ? { annotations: { "istio.io/dry-run": "true" } } : {},
      ),
    ),
    ...peers.map(({ namespace, spec, mode, ports: portLevelMtls }, i) =>
      object("PeerAuthentication", `${namespace}/peers-${i}`, {
        ...spec,
        mtls: { mode },
        ...("selector" in spec && Object.keys(portLevelMtls).length > 0 && { portLevelMtls }),
      }),
    ),
    ...tokens.map(({ namespace, spec, issuer, audiences }, i) =>
      object("RequestAuthentication", `${namespace}/tokens-${i}`, {
        ...spec,
        jwtRules: [{ issuer, jwks: '{"keys":[]}', ...(audiences.length > 0 && { audiences }) }],
      }),
    ),
  ]);

const identity = fc.constantFrom(
  undefined,
  { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" },
  { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "api" },
  { trustDomain: "cluster.local", namespace: "bank", serviceAccount: "ledger" },
  { trustDomain: "cluster.local", namespace: "banking", serviceAccount: "web" },
  { trustDomain: "other.domain", namespace: "shop", serviceAccount: "web" },
  { trustDomain: "other.domain", namespace: "x", serviceAccount: "api" },
);
const claims = fc.option(
  fc
    .record(
      {
        iss: fc.constantFrom("https://issuer", "issuer-two", "issuer-three"),
        sub: fc.constantFrom("ann", "bob", ""),
        aud: fc.constantFrom<string | string[]>("shop", ["bank", "shop"], "bank"),
        group: fc.constantFrom<string | string[]>("admin", "staff-1", ["guest", "admin"], "guest"),
        realm: fc.constantFrom({ role: "owner" }, { role: ["reader", "none"] }, { role: "none" }),
        scope: fc.constantFrom("read", "read write", "none"),
      },
      { requiredKeys: ["iss"] },
    )
    .map((record): Record<string, unknown> => ({ ...record })),
  { nil: undefined },
);

/** Requests of which many are at the border of a pattern of the policies. */
export const requests: fc.Arbitrary<Request> = fc
  .record({
    identity,
    port: fc.constantFrom(8080, 8080, 8080, 9000),
    method: fc.constantFrom("GET", "POST", "PUT", "PATCHT", "DELETE", "get"),
    path: fc.constantFrom(
      ..."/ /api /api/ /api/x /apix /api/x/edit /api/x/y/edit /edit /files/ /files/a/b /api/v1 /api/v12 /other?x=/api /api/x/edit?q=1".split(
        " ",
      ),
    ),
    host: fc.constantFrom("api.shop", "API.shop", "api.shop:80", "x.shop", "api", "bank"),
    user: fc.constantFrom(undefined, "ann", "an", "bob", "n", ""),
    claims,
    address: fc.constantFrom(
      "10.1.2.3",
      "10.1.2.4",
      "10.2.0.1",
      "9.255.255.255",
      "192.168.0.255",
      "192.168.1.0",
    ),
    remoteAddress: fc.constantFrom("10.1.2.3", "11.0.0.0"),
  })
  .map(({ user, identity: of, claims: token, port, ...rest }): Request => ({
    ...rest,
    port,
    protocol: port === 9000 ? ("tcp" as const) : ("http" as const),
    ...(user !== undefined && { headers: { "x-user": user } }),
    ...(of && { identity: of }),
    ...(token && { claims: token }),
  }));
