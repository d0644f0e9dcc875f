import { expect } from "chai";
import { base, found, type Http, http, rerouting } from "./overriding";

const api = "api.shop.svc.cluster.local";
const replaces = "the override replaces the catalog's setting of requests to";

const services = (own: object): object => ({
  services: { ...base.services, api: { ports: { http }, ...own } },
});
const destinationRule = (trafficPolicy: object): object => ({
  DestinationRule: { "shop/api": { spec: { trafficPolicy } } },
});

describe("overrides of requests", () => {
  const versions = { v1: {}, v2: {} };
  const headerRoutes = [{ headers: { "x-canary": "yes" }, version: "v2" }];
  const split = services({ versions, traffic: { weights: { v1: 90, v2: 10 }, headerRoutes } });
  const weighted = (...weights: number[]): object =>
    rerouting(split, "shop/api", (routes) =>
      routes.map((one) =>
        one.route.length === 1
          ? one
          : { ...one, route: one.route.map((each, i) => ({ ...each, weight: weights[i] })) },
      ),
    );
  const of = `MW365 VirtualService["shop/api"]: ${replaces} ${api}:8080`;

  it("leave a declared split, however its weights are written", () => {
    expect(found(weighted(900, 100), split)).to.deep.equal([]);
    expect(found(weighted(0, 100), split)).to.deep.equal([
      `${of}: share of ${api}:8080 subset v1 90 % becomes 0 %, and 1 more setting`,
    ]);
    expect(found(weighted(50, 50), split)).to.deep.equal([
      `${of}: share of ${api}:8080 subset v1 90 % becomes 50 %, and 1 more setting`,
    ]);
  });

  it("leave the route of a header", () => {
    const without = rerouting(split, "shop/api", ([, ...others]) => others);
    expect(found(without, split)).to.deep.equal([
      `${of} (such as GET http://${api}:8080/ with header x-canary: yes): share of ${api}:8080 subset v2 100 % becomes 10 %`,
    ]);
  });

  it("leave the split to callers of other namespaces", () => {
    const far = {
      services: { ...(split as typeof base).services, web: { ...base.services.web, namespace: "far" } },
    };
    const local = { VirtualService: { "shop/api": { spec: { exportTo: ["."] } } } };
    expect(found(local, far)).to.deep.equal([
      `${of}: share of ${api}:8080 subset v1 90 % becomes 0 %, and 2 more settings`,
    ]);
    expect(found(local, split)).to.deep.equal([]);
  });

  it("copy the declared percentage, and nothing else", () => {
    const dark = services({
      versions,
      traffic: { weights: { v1: 100, v2: 0 }, mirror: { version: "v2", percentage: 10 } },
    });
    const copying = (mirrors: object | undefined, more: object): string[] =>
      found(
        rerouting(more, "shop/api", (routes) =>
          routes.map((one) => ({ ...one, mirror: undefined, mirrors })),
        ),
        more,
      );
    const subset = (percentage: number): object[] => [
      { destination: { host: api, subset: "v2", port: { number: 8080 } }, percentage: { value: percentage } },
    ];
    expect(copying(subset(10), dark)).to.deep.equal([]);
    expect(copying(subset(100), dark)).to.deep.equal([
      `${of}: copies to ${api}:8080 subset v2 10 % becomes 100 %`,
    ]);
    expect(copying(undefined, dark)).to.deep.equal([
      `${of}: copies to ${api}:8080 subset v2 10 % becomes not set`,
    ]);
    const plain = services({ versions, traffic: { weights: { v1: 100, v2: 0 } } });
    expect(copying(subset(100), plain)).to.deep.equal([
      `MW366 VirtualService["shop/api"]: with the override, copies of requests of "web" to ${api}:8080 go to ${api}:8080 subset v2, which the catalog does not declare`,
    ]);
  });

  const host = "shop.example.com";
  const routed = (own: object, more: object = {}): object => ({
    gateways: {
      public: {
        hosts: {
          [host]: {
            tls: { credentialName: "shop" },
            routes: [{ prefix: "/app", service: "web", methods: ["GET"], ...own }],
            ...more,
          },
        },
      },
    },
  });
  const atGateway = (more: object, change: (routes: readonly Http[]) => object[]): string[] =>
    found(rerouting(more, `shop/${host}`, change), more);
  const each = (more: object) => (routes: readonly Http[]) => routes.map((one) => ({ ...one, ...more }));
  const outside = `MW365 VirtualService["shop/${host}"]: ${replaces} ${host}:443 (such as GET https://${host}:443/app)`;

  it("leave declared changes of headers, and may add others", () => {
    const more = routed({ headers: { request: { set: { "x-tenant": "a" }, remove: ["x-user"] } } });
    const changed = (set: object | undefined, remove: string[] | undefined, response?: object): string[] =>
      atGateway(more, each({ headers: { request: { set, remove }, response } }));
    const tenant = { "x-tenant": "a" };
    expect(changed(tenant, ["x-debug", "x-user"], { add: { "x-by": "shop" } })).to.deep.equal([]);
    expect(changed({ ...tenant, "x-more": "1" }, ["x-user"])).to.deep.equal([]);
    expect(changed({ "x-tenant": "b" }, ["x-user"])).to.deep.equal([
      `${outside}: headers.request.set.x-tenant a becomes b`,
    ]);
    expect(changed(tenant, undefined)).to.deep.equal([
      `${outside}: headers.request.remove ["x-user"] becomes not set`,
    ]);
    expect(changed(tenant, ["x-debug"])).to.deep.equal([
      `${outside}: headers.request.remove ["x-user"] becomes ["x-debug"]`,
    ]);
  });

  it("leave headers that decide: of tokens, claims, tenants, affinity, clients and CORS", () => {
    const issuer = "https://id.example.com";
    const more = {
      services: {
        web: { ports: { http }, calls: { api: {} } },
        api: {
          ports: { http },
          loadBalancing: { consistentHash: { httpHeaderName: "X-User" } },
          rateLimit: { requests: 10, per: "1s", quota: { header: "x-tenant", requests: 5, per: "1s" } },
        },
      },
      jwtRules: [
        { issuer, jwksUri: `${issuer}/keys`, outputClaimToHeaders: [{ header: "x-subject", claim: "sub" }] },
      ],
    };
    const known = found({}, more);
    const changed = (headers: object): string[] =>
      found(rerouting(more, "shop/api", each({ headers })), more).filter((line) => !known.includes(line));
    for (const name of ["Authorization", "x-subject", "x-tenant", "x-user", "x-forwarded-for"]) {
      expect(changed({ request: { set: { [name]: "a" } } })).to.deep.equal([
        `${of}: headers.request.set.${name} not set becomes a`,
      ]);
      expect(changed({ request: { remove: ["x-debug", name] } })).to.deep.equal([
        `${of}: headers.request.remove not set becomes ["x-debug","${name}"]`,
      ]);
    }
    expect(changed({ response: { add: { "access-control-allow-origin": "*" } } })).to.deep.equal([
      `${of}: headers.response.add.access-control-allow-origin not set becomes *`,
    ]);
    const harmless = {
      request: { set: { "x-debug": "1" } },
      response: { remove: ["x-user", "authorization"] },
    };
    expect(changed(harmless)).to.deep.equal([]);
    const unread = rerouting({}, "shop/api", each({ headers: { request: { remove: ["authorization"] } } }));
    expect(found(unread)).to.deep.equal([]);
  });

  it("lead requests of a gateway only where its routes do", () => {
    const more = routed({});
    const first = (route: object) => (routes: readonly Http[]) => [route, ...routes];
    const leads = `MW366 VirtualService["shop/${host}"]: with the override, requests of "istio-ingress-shop" to ${host}:443 (such as GET https://${host}:443`;
    const says = "which the catalog does not declare";
    const to = [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 8080 } } }];
    expect(atGateway(more, first({ match: [{ uri: { exact: "/admin" } }], route: to }))).to.deep.equal([
      `${leads}/admin) go to web.shop.svc.cluster.local:8080, ${says}`,
    ]);
    expect(atGateway(more, first({ match: [{ uri: { exact: "/app/cart" } }], route: to }))).to.deep.equal([]);
    const moved = routed(
      {},
      { redirects: [{ prefix: "/old", uri: "/app" }], directResponses: [{ prefix: "/closed", status: 403 }] },
    );
    const without = (name: string) => (routes: readonly object[]) => [
      ...routes.filter((one) => !JSON.stringify(one).includes(`"${name}`)),
      { match: [{ uri: { prefix: name } }], route: to },
    ];
    expect(atGateway(moved, without("/closed"))).to.deep.equal([
      `${leads}/closed) go to web.shop.svc.cluster.local:8080, ${says}`,
    ]);
    const redirected = (uri: string) => (routes: readonly object[]) =>
      routes.map((one) => ("redirect" in one ? { ...one, redirect: { uri, redirectCode: 301 } } : one));
    expect(atGateway(moved, redirected("/app"))).to.deep.equal([]);
    expect(atGateway(moved, redirected("/new"))).to.deep.equal([
      `${leads}/old) are redirected to /new, ${says}`,
    ]);
  });

  it("allow pages of no other origins, and leave those of the catalog", () => {
    const more = routed({}, { cors: { allowOrigins: ["https://app.example.com"] } });
    const cors = (own: object): string[] =>
      atGateway(
        more,
        each({
          corsPolicy: {
            allowOrigins: [{ exact: "https://app.example.com" }],
            allowMethods: ["GET", "HEAD", "POST"],
            allowCredentials: false,
            unmatchedPreflights: "IGNORE",
            ...own,
          },
        }),
      );
    const wider = `MW368 VirtualService["shop/${host}"]: the CORS policy for requests to ${host}:443 (such as GET https://${host}:443/app) allows web pages more than the catalog says:`;
    const known = 'cors.allowOrigins [{"exact":"https://app.example.com"}] becomes';
    expect(cors({})).to.deep.equal([]);
    expect(cors({ allowOrigins: [{ regex: ".*" }], allowCredentials: true })).to.deep.equal([
      `${wider} ${known} [{"regex":".*"}], cors.allowCredentials false becomes true`,
    ]);
    expect(cors({ allowMethods: ["GET"] })).to.deep.equal([
      `${outside}: cors.allowMethods ["GET","HEAD","POST"] becomes ["GET"]`,
    ]);
    expect(cors({ allowOrigins: [{ exact: "https://shop.example.com" }] })).to.deep.equal([
      `${wider} ${known} [{"exact":"https://shop.example.com"}]`,
    ]);
    const added = rerouting({}, "shop/api", each({ corsPolicy: { allowOrigins: [{ exact: "*" }] } }));
    expect(found(added)).to.deep.equal([
      `MW368 VirtualService["shop/api"]: the CORS policy for requests to ${api}:8080 allows web pages more than the catalog says: cors.allowOrigins not set becomes [{"exact":"*"}]`,
    ]);
  });

  it("leave session affinity, locality and failover", () => {
    const sticky = services({ loadBalancing: { consistentHash: { httpHeaderName: "x-user" } } });
    const rule = `MW365 DestinationRule["shop/api"]: ${replaces} ${api}:8080: loadBalancer`;
    const balanced = (loadBalancer: object, more: object): string[] =>
      found(destinationRule({ loadBalancer }), more);
    expect(balanced({ consistentHash: null, simple: "ROUND_ROBIN" }, sticky)).to.deep.equal([
      `${rule}.consistentHash.httpHeaderName x-user becomes not set`,
    ]);
    expect(balanced({ consistentHash: { httpHeaderName: "x-session" } }, sticky)).to.deep.equal([
      `${rule}.consistentHash.httpHeaderName x-user becomes x-session`,
    ]);
    expect(balanced({ consistentHash: { maglev: { tableSize: 1021 } } }, sticky)).to.deep.equal([]);
    const plain = services({});
    expect(balanced({ simple: "RANDOM" }, plain)).to.deep.equal([]);
    expect(balanced({ simple: "PASSTHROUGH" }, plain)).to.deep.equal([
      `${rule}.simple LEAST_REQUEST becomes PASSTHROUGH`,
    ]);
    expect(balanced({ localityLbSetting: { enabled: true } }, plain)).to.deep.equal([
      `${rule}.localityLbSetting.enabled false becomes true`,
    ]);
    const failover = services({ loadBalancing: { locality: { failover: [{ from: "eu", to: "us" }] } } });
    expect(balanced({ localityLbSetting: { enabled: false } }, failover)).to.deep.equal([
      `${rule}.localityLbSetting.enabled true becomes false`,
    ]);
    expect(balanced({ localityLbSetting: { failover: [{ from: "eu", to: "us" }] } }, failover)).to.deep.equal(
      [],
    );
  });

  it("have findings of their own, though they change requests of one caller", () => {
    const two = {
      services: {
        web: { ports: { http }, calls: { api: {}, cart: {} } },
        api: { ports: { http }, resilience: { timeout: "2s" } },
        cart: { ports: { http } },
      },
    };
    const timeout = rerouting(two, "shop/api", each({ timeout: "9s" }));
    const pool = (name: string): object => ({
      DestinationRule: {
        [`shop/${name}`]: { spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections: 7 } } } } },
      },
    });
    const connections = (name: string): string =>
      `MW365 DestinationRule["shop/${name}"]: ${replaces} ${name}.shop.svc.cluster.local:8080: connectionPool.tcp.maxConnections 100 becomes 7`;
    for (const name of ["api", "cart"]) {
      expect(found({ ...pool(name), ...timeout }, two)).to.deep.equal([
        connections(name),
        `${of}: timeout 2000 ms becomes 9000 ms`,
      ]);
    }
  });
});
