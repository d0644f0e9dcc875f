import { expect } from "chai";
import fc from "fast-check";
import { normalize } from "../../catalog";
import { unreadOf, readObjects } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { platformNames, platforms } from "../../platforms";
import { meshes } from "../mesh/meshes";
import { base, found, http } from "./overriding";

const web = "cluster.local/ns/shop/sa/web";
const policy = (spec: object): object => ({ AuthorizationPolicy: { "shop/api": { spec } } });
const from = { source: { principals: [web] } };
const to = { operation: { methods: ["GET"], paths: ["/api/*"], ports: ["8080"] } };

describe("effects of overrides", () => {
  it("are none where an override changes neither access nor mutual TLS nor what routes lead to", () => {
    expect(found(policy({ rules: [{ from: [from], to: [to] }] }))).to.deep.equal([]);
    expect(
      found({
        VirtualService: { "shop/api": { metadata: { labels: { team: "a" } } } },
        DestinationRule: { "shop/api": { spec: { trafficPolicy: { loadBalancer: { simple: "RANDOM" } } } } },
        PeerAuthentication: { "shop/default": { spec: { mtls: { mode: "STRICT" } } } },
      }),
    ).to.deep.equal([]);
  });

  it("are access that is allowed, with a request", () => {
    const name = 'MW911 AuthorizationPolicy["shop/api"]';
    const allows = 'the override allows requests to "api" that the catalog does not declare, such as';
    expect(found(policy({ rules: [{}] }))).to.deep.equal([
      `${name}: ${allows} GET / on port 8080 from cluster.local/ns/shop/sa/api`,
    ]);
    expect(
      found(policy({ rules: [{ from: [from], to: [{ operation: { ...to.operation, paths: ["/*"] } }] }] })),
    ).to.deep.equal([`${name}: ${allows} GET / on port 8080 from ${web}`]);
    expect(found(policy({ rules: [{ from: [{ source: { namespaces: ["*"] } }], to: [to] }] }))[0]).to.include(
      `${name}: ${allows} GET /api/other on port 8080 from cluster.local/ns/`,
    );
    expect(found({ AuthorizationPolicy: { "shop/default-deny": { spec: { rules: [{}] } } } })[0]).to.include(
      'MW911 AuthorizationPolicy["shop/default-deny"]: the override allows requests to "api" and 1 more workload',
    );
    expect(
      found({ AuthorizationPolicy: { "shop/default-deny": { spec: { action: "DENY" } } } }).join(),
    ).to.include('requests to "web" that the catalog does not declare');
  });

  it("are declared calls that are denied", () => {
    const rules = [{ from: [from], to: [{ operation: { ...to.operation, paths: ["/api/v1/*"] } }] }];
    expect(found(policy({ rules }))).to.deep.equal([
      `MW912 AuthorizationPolicy["shop/api"]: the override denies declared calls to "api", such as GET /api/other on port 8080 from ${web}`,
    ]);
  });

  it("are connections that NetworkPolicies allow or deny, with a client", () => {
    const networkPolicies = { networkPolicies: {} };
    const override = (ingress: object[] | null): object => ({
      NetworkPolicy: { "shop/api": { spec: { ingress } } },
    });
    const selector = (app: string): object => ({ podSelector: { matchLabels: { app } } });
    const ports = [{ protocol: "TCP", port: 8080 }];
    expect(found(override([{ from: [selector("web")], ports }]), networkPolicies)).to.deep.equal([]);
    expect(
      found(override([{ from: [selector("web"), selector("api")], ports }]), networkPolicies),
    ).to.deep.equal([]);
    expect(found(override([{ ports }]), networkPolicies)).to.deep.equal([
      `MW911 NetworkPolicy["shop/api"]: the override allows requests to "api" that the catalog does not declare, such as a connection on port 8080 from a client without an identity`,
    ]);
    expect(found(override(null), networkPolicies)).to.deep.equal([
      `MW912 NetworkPolicy["shop/api"]: the override denies declared calls to "api", such as a connection on port 8080 from ${web}`,
    ]);
  });

  it("are weaker mutual TLS, of the workload's ports and of its callers", () => {
    expect(
      found({ PeerAuthentication: { "shop/default": { spec: { mtls: { mode: "PERMISSIVE" } } } } }),
    ).to.deep.equal([
      'MW910 PeerAuthentication["shop/default"]: the override weakens TLS of "api" and 1 more workload: port 8080: STRICT becomes port 8080: PERMISSIVE',
    ]);
    const host = "api.shop.svc.cluster.local:8080";
    expect(
      found({ DestinationRule: { "shop/api": { spec: { trafficPolicy: { tls: { mode: "DISABLE" } } } } } }),
    ).to.deep.equal([
      `MW910 DestinationRule["shop/api"]: the override weakens TLS of "web": TLS ISTIO_MUTUAL to ${host} becomes TLS DISABLE to ${host}`,
    ]);
  });

  it("are proxies that are gone", () => {
    const deployment = (template: object): object => ({ Deployment: { "shop/api": { spec: { template } } } });
    const labels = { "sidecar.istio.io/inject": "false" };
    expect(found(deployment({ metadata: { labels } }))).to.deep.equal([
      'MW913 Deployment["shop/api"]: the override takes the proxy from "api"',
    ]);
    expect(
      found({ Namespace: { shop: { metadata: { labels: { "istio-injection": "disabled" } } } } }),
    ).to.deep.equal(['MW913 Namespace.shop: the override takes the proxy from "api" and 1 more workload']);
    const annotations = { "traffic.sidecar.istio.io/excludeInboundPorts": "8080" };
    expect(found(deployment({ metadata: { annotations } }))).to.deep.equal([
      'MW913 Deployment["shop/api"]: the override takes port 8080 from the proxy of "api"',
    ]);
  });

  it("are routes to nowhere, by whichever object", () => {
    const path =
      'with the override, requests of "web" fail, such as GET http://api.shop.svc.cluster.local:8080/';
    expect(found({ Sidecar: { "shop/web": { spec: { egress: [{ hosts: ["bank/*"] }] } } } })).to.deep.equal([
      `MW914 Sidecar["shop/web"]: ${path}: the proxy has no such host (502)`,
    ]);
    const ports = [{ name: "admin", port: 9090, targetPort: 9090, appProtocol: "http" }];
    expect(found({ Service: { "shop/api": { spec: { ports } } } }).join("\n")).to.include("MW914 Service");
    const versions = {
      services: {
        ...base.services,
        api: { ports: { http }, versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 50, v2: 50 } } },
      },
    };
    const subsets = [{ name: "v1", labels: { version: "v1" } }];
    expect(found({ DestinationRule: { "shop/api": { spec: { subsets } } } }, versions)).to.deep.equal([
      `MW914 DestinationRule["shop/api"]: ${path}: no cluster for api.shop.svc.cluster.local:8080 subset v2 (503)`,
    ]);
  });

  it("are what may leave the mesh, and what the model doesn't read", () => {
    const open = { outboundTrafficPolicy: { mode: "ALLOW_ANY" } };
    expect(found({ Sidecar: { "shop/web": { spec: open } } })).to.deep.equal([
      'MW915 Sidecar["shop/web"]: the override lets "web" send requests to any host',
    ]);
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
    const vault = { ...bank, host: "vault.example.com" };
    const services = { ...base.services, jobs: { ports: { http }, calls: { bank: {}, vault: {} } } };
    const more = { services, externalServices: { bank, vault } };
    const hosts = (...names: string[]): object => ({
      Sidecar: { "shop/web": { spec: { egress: [{ hosts: names }] } } },
    });
    expect(found(hosts("shop/api.shop.svc.cluster.local", "shop/bank.example.com"), more)).to.deep.equal([
      'MW915 Sidecar["shop/web"]: the override lets "web" send requests to bank.example.com:443, which no call of it names',
    ]);
    expect(found(hosts("shop/*"), more)).to.deep.equal([
      'MW915 Sidecar["shop/web"]: the override lets "web" send requests to bank.example.com:443 and 1 more, which no call of it names',
    ]);
    expect(found(hosts("shop/api.shop.svc.cluster.local"), more)).to.deep.equal([]);
    const egress = (...rules: object[]): object => ({
      NetworkPolicy: { "shop/web": { spec: { egress: rules } } },
    });
    const toApi = {
      to: [{ podSelector: { matchLabels: { app: "api" } } }],
      ports: [{ protocol: "TCP", port: 8080 }],
    };
    const networkPolicies = { networkPolicies: {} };
    expect(found(egress(toApi, { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }), networkPolicies)).to.deep.equal(
      [
        'MW915 NetworkPolicy["shop/web"]: the override lets "web" send requests to hosts outside of the cluster that its NetworkPolicy denied, such as unknown.example:443',
      ],
    );
    expect(found(egress(toApi), networkPolicies)).to.deep.equal([]);
  });

  it("are tokens that are verified by other keys, or read elsewhere", () => {
    const issuer = "https://id.example.com";
    const more = {
      services: { ...base.services, web: { ports: { http }, calls: { api: { port: "http", endUser: {} } } } },
      jwtRules: [{ issuer, jwksUri: `${issuer}/keys` }],
    };
    const override = (rule: object): object => ({
      RequestAuthentication: {
        "shop/default": {
          spec: { jwtRules: [{ ...more.jwtRules[0], forwardOriginalToken: true, ...rule }] },
        },
      },
    });
    const changes =
      'MW919 RequestAuthentication["shop/default"]: the override changes how "api" and 1 more workload reads tokens: tokens of https://id.example.com:';
    expect(found(override({ jwksUri: "https://keys.example.org" }), more)).to.deep.equal([
      `${changes} jwksUri https://id.example.com/keys becomes tokens of ${issuer}: jwksUri https://keys.example.org`,
    ]);
    expect(found(override({ fromParams: ["token"] }), more)).to.deep.equal([
      `${changes} fromParams not set becomes tokens of ${issuer}: fromParams ["token"]`,
    ]);
    expect(found(override({}), more)).to.deep.equal([]);
  });

  it("are limits, timeouts and retries that replace the catalog's", () => {
    const to = { destination: { host: "api.shop.svc.cluster.local", port: { number: 8080 } } };
    const replaces = "the override replaces the catalog's setting of requests to";
    const timed = {
      services: {
        ...base.services,
        api: {
          ...base.services.api,
          resilience: { timeout: "2s", retries: { attempts: 1, perTryTimeout: "1s", retryOn: ["reset"] } },
        },
      },
    };
    const route = (more: object): object => ({
      VirtualService: { "shop/api": { spec: { http: [{ route: [to], ...more }] } } },
    });
    const retries = { attempts: 1, perTryTimeout: "1s", retryOn: "reset" };
    // The route also repeats POST and PATCH now, which the catalog does not.
    expect(found(route({ timeout: "60s", retries }), timed)).to.deep.equal([
      `MW365 VirtualService["shop/api"]: ${replaces} api.shop.svc.cluster.local:8080: timeout 2000 ms becomes 60000 ms, and 1 more setting`,
    ]);
    expect(found(route({ retries }), timed)[0]).to.include("timeout 2000 ms becomes not set");
    expect(
      found(
        route({ timeout: "2s", retries: { attempts: 9, perTryTimeout: "200ms", retryOn: "reset" } }),
        timed,
      ),
    ).to.deep.equal([
      `MW365 VirtualService["shop/api"]: ${replaces} api.shop.svc.cluster.local:8080: retries 1 becomes 9, and 2 more settings`,
    ]);
    // The catalog says nothing of these.
    expect(found(route({ timeout: "5s", retries: { attempts: 5 } }))).to.deep.equal([]);
    const pool = (more: object): object => ({
      DestinationRule: { "shop/api": { spec: { trafficPolicy: { connectionPool: { tcp: more } } } } },
    });
    expect(found(pool({ maxConnections: 100000 }))).to.deep.equal([
      `MW365 DestinationRule["shop/api"]: ${replaces} api.shop.svc.cluster.local:8080: connectionPool.tcp.maxConnections 100 becomes 100000`,
    ]);
    expect(found(pool({ maxConnections: 100, tcpKeepalive: { time: "60s" } }))).to.deep.equal([]);
    expect(
      found({ DestinationRule: { "shop/api": { spec: { trafficPolicy: { outlierDetection: null } } } } })[0],
    )
      .to.include("outlierDetection.")
      .and.to.include("more settings");
    // No fault, and the server's own identity, are what the catalog renders.
    const fault = { abort: { httpStatus: 503, percentage: { value: 50 } } };
    expect(found(route({ fault }))[0]).to.include(
      "fault.abort.httpStatus not set becomes 503, and 1 more setting",
    );
    const tls = { mode: "ISTIO_MUTUAL", subjectAltNames: ["spiffe://cluster.local/ns/other/sa/api"] };
    expect(found({ DestinationRule: { "shop/api": { spec: { trafficPolicy: { tls } } } } })[0]).to.include(
      "tls.subjectAltNames not set becomes",
    );
    const limited = {
      services: { ...base.services, api: { ...base.services.api, rateLimit: { requests: 100, per: "1m" } } },
    };
    const { mesh } = checkMesh({ ...base, ...limited });
    const rendered = mesh ? renderMesh(mesh) : [];
    const filter = rendered.find(({ kind }) => kind === "EnvoyFilter");
    const rate = JSON.stringify(filter?.spec).replaceAll(/(max_tokens|tokens_per_fill)":100/g, '$1":900');
    const name = "shop/api-rate-limit";
    expect(found({ EnvoyFilter: { [name]: { spec: JSON.parse(rate) as object } } }, limited)).to.deep.equal([
      `MW365 EnvoyFilter["${name}"]: ${replaces} "api": 100 requests per 60s, at most 100 at once becomes 900 requests per 60s, at most 900 at once`,
    ]);
    expect(found({ EnvoyFilter: { [name]: { spec: { priority: -5 } } } }, limited)).to.deep.equal([]);
  });

  it("are Services that clients outside of the cluster reach past the gateways", () => {
    const service = (spec: object): object => ({ Service: { "shop/api": { spec } } });
    const opens =
      'MW367 Service["shop/api"]: the override lets clients outside of the cluster reach "api" past the gateways: Service shop/api has';
    for (const type of ["LoadBalancer", "NodePort"]) {
      expect(found(service({ type }))).to.deep.equal([`${opens} the type ${type}`]);
    }
    expect(found(service({ externalIPs: ["203.0.113.1", "203.0.113.2"] }))).to.deep.equal([
      `${opens} the external addresses 203.0.113.1, 203.0.113.2`,
    ]);
    expect(found(service({ type: "ClusterIP", internalTrafficPolicy: "Local" }))).to.deep.equal([]);
  });

  it("are requests, and copies of them, that go where the catalog does not say", () => {
    const to = (host: string): object => ({ destination: { host, port: { number: 8080 } } });
    const api = "api.shop.svc.cluster.local";
    const web = "web.shop.svc.cluster.local";
    const route = (...http: object[]): object => ({ VirtualService: { "shop/api": { spec: { http } } } });
    const says = "which the catalog does not declare";
    expect(found(route({ route: [to(web)] }))).to.deep.equal([
      `MW366 VirtualService["shop/api"]: with the override, requests of "web" to ${api}:8080 go to ${web}:8080, ${says}`,
    ]);
    expect(found(route({ route: [to(api)], mirror: { host: web, port: { number: 8080 } } }))).to.deep.equal([
      `MW366 VirtualService["shop/api"]: with the override, copies of requests of "web" to ${api}:8080 go to ${web}:8080, ${says}`,
    ]);
    const weighted = [
      { ...to(api), weight: 100 },
      { ...to(web), weight: 0 },
    ];
    expect(found(route({ route: weighted }))).to.deep.equal([]);
    const answered = (http: object): string[] => found(route(http));
    const name = `MW366 VirtualService["shop/api"]: with the override, requests of "web" to ${api}:8080`;
    expect(answered({ directResponse: { status: 200 } })).to.deep.equal([
      `${name} are answered by the proxy itself, ${says}`,
    ]);
    expect(answered({ redirect: { authority: "www.example.org", uri: "/new" } })).to.deep.equal([
      `${name} are redirected to www.example.org/new, ${says}`,
    ]);
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
    const more = {
      services: { ...base.services, jobs: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank },
    };
    const spec = { resolution: "STATIC", endpoints: [{ address: "203.0.113.9" }] };
    expect(found({ ServiceEntry: { "shop/bank": { spec } } }, more)).to.deep.equal([
      `MW366 ServiceEntry["shop/bank"]: with the override, requests of "jobs" to bank.example.com:443 go to 203.0.113.9 (bank.example.com:443), ${says}`,
    ]);
  });

  it("are pods with more rights, and objects that select nothing", () => {
    const spec = { template: { spec: { hostPID: true } } };
    expect(found({ Deployment: { "shop/api": { spec } } })).to.deep.equal([
      `MW917 Deployment["shop/api"]: the override relaxes the security of pods: hostPID is true`,
    ]);
    expect(found(policy({ selector: { matchLabels: { app: "apo" } } }))).to.deep.equal([
      'MW918 AuthorizationPolicy["shop/api"]: the overridden object refers to what the catalog does not render: no workload with the labels app=apo',
    ]);
  });

  it("belong to all overrides where none alone has them", () => {
    // The policies of both must be gone before others are admitted.
    const dry = { metadata: { annotations: { "istio.io/dry-run": "true" } } };
    const both = found({ AuthorizationPolicy: { "shop/default-deny": dry, "shop/api": dry } });
    expect(both.some((line) => line.startsWith("MW911 overrides: "))).to.equal(true);
  });

  it("can be suppressed with a reason", () => {
    const overrides = policy({ rules: [{}] });
    const suppressions = [{ code: "MW911", path: "overrides", reason: "a test of the gateway" }];
    expect(found(overrides, { suppressions })).to.deep.equal([]);
  });

  it("are found in random catalogs for each override that weakens, and none without overrides", () => {
    const codes = (definition: object): Set<string> =>
      new Set(
        checkMesh(definition)
          .findings.map(({ code }) => code)
          .filter((code) => code >= "MW910" && code <= "MW918"),
      );
    let made = 0;
    fc.assert(
      fc.property(meshes, (definition) => {
        expect([...codes(definition)]).to.deep.equal([]);
        const { mesh } = checkMesh(definition);
        if (!mesh) return;
        const own = renderMesh(mesh);
        const named = (kind: string): string[] =>
          own
            .filter((object) => object.kind === kind && used.has(object.metadata.namespace ?? ""))
            .map(({ metadata: { name, namespace } }) => `${namespace ?? ""}/${name}`);
        const expectFound = (kind: string, patch: object, code: string): void => {
          for (const name of named(kind).slice(0, 2)) {
            const found = codes({ ...definition, overrides: { [kind]: { [name]: patch } } });
            made += 1;
            expect([...found], `${kind} ${name} ${JSON.stringify(definition)}`).to.include(code);
          }
        };
        // A default deny of a namespace without pods decides nothing.
        const used = new Set(normalize(definition).services.map(({ namespace }) => namespace));
        expectFound("AuthorizationPolicy", { spec: { action: "ALLOW", rules: [{}] } }, "MW911");
        expectFound("Sidecar", { spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } }, "MW915");
        expectFound("AuthorizationPolicy", { spec: { selector: { matchLabels: { app: "none" } } } }, "MW918");
      }),
      { numRuns: 12 },
    );
    expect(made).to.be.above(40);
  });

  it("are known for every platform: its own filters only limit rates", () => {
    for (const name of platformNames) {
      const { mesh } = checkMesh(platforms[name].catalog("prod", {}));
      if (!mesh) throw new Error(name);
      const workloads = mesh.services.map(({ name: own, namespace, selector }) => ({
        name: own,
        namespace,
        labels: selector,
      }));
      const model = readObjects(renderMesh(mesh), { workloads });
      for (const workload of model.workloads) {
        const unread = unreadOf(model, workload).filter(({ about }) => about !== "limits");
        expect(unread, `${name} ${workload.name}`).to.deep.equal([]);
      }
    }
  });
});
