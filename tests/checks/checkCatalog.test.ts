import { expect } from "chai";
import fc from "fast-check";
import { checkMesh } from "../../mesh";
import { text as mtlsText } from "../../checks/rules/mtlsStrict";
import { text as probeText } from "../../checks/rules/probePath";
import { invalidKey } from "../../checks/structure";

const http = { port: 8080, protocol: "http" };

const brief = (definition: unknown): string[] =>
  checkMesh(definition).findings.map(({ code, path }) => `${code} ${path}`);

describe("checkMesh", () => {
  it("finds every mistake in one run, whatever stage they belong to, sorted by path", () => {
    const catalog = {
      name: "shop",
      enviroment: "dev",
      gateways: {
        public: { hosts: { "shop.example.com": { tls: {}, routes: [{ prefix: "/", service: "web" }] } } },
      },
      services: {
        web: {
          ports: { http },
          resilience: { timeout: "10s" },
          calls: { api: {}, cart: {}, store: { methods: ["GET"], timeout: "1 s" } },
        },
        api: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 90, v2: 9 } },
          resilience: { timeout: "30s", retries: { attempts: 3, perTryTimeout: "10s", retryOn: ["5xx"] } },
          circuitBreaker: { outlierDetection: { maxEjectionPercent: 80 } },
        },
        store: { ports: { tcp: { port: 5432, protocol: "tcp" } }, loadBalancing: { simple: "LEAST_CONN" } },
      },
    };
    expect(brief(catalog)).to.deep.equal([
      "MW002 enviroment",
      'MW003 gateways.public.hosts["shop.example.com"].tls.credentialName',
      "MW502 services.api.circuitBreaker.outlierDetection.maxEjectionPercent",
      "MW401 services.api.resilience.retries.perTryTimeout",
      "MW201 services.api.traffic.weights",
      "MW001 services.store.loadBalancing.simple",
      "MW403 services.web.calls.api.timeout",
      "MW101 services.web.calls.cart",
      "MW204 services.web.calls.store.methods",
      "MW001 services.web.calls.store.timeout",
    ]);
    expect(checkMesh(catalog).mesh).to.equal(undefined);
  });

  it("doesn't call a service or port undeclared because its declaration has a mistake", () => {
    const catalog = {
      name: "shop",
      services: {
        web: { ports: { http }, calls: { api: { port: "grpc" }, store: {} } },
        api: { ports: { http, grpc: { port: 0, protocol: "grpc" } } },
        store: { ports: { tcp: { port: 5432, protocol: "postgres" } } },
      },
    };
    expect(brief(catalog)).to.deep.equal([
      "MW001 services.api.ports.grpc.port",
      "MW001 services.store.ports.tcp.protocol",
    ]);
  });

  it("judges what is well-formed in a catalog, service, host or route with a required value that isn't", () => {
    const catalog = {
      name: 5,
      services: {
        web: {
          ports: { http: { port: "8080", protocol: "http" } },
          calls: { api: { port: "htp" }, store: {} },
          resilience: { timeout: "10s" },
        },
        api: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 90, v2: 9 } },
          resilience: { timeout: "30s" },
        },
        store: {
          ports: 5432,
          resilience: { retries: { attempts: 3, perTryTimeout: "10s", retryOn: ["5xx"] }, timeout: "30s" },
        },
      },
      externalServices: { bank: { ports: { http: { port: 80, protocol: "http" } } } },
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              routes: [
                { prefix: "api", service: "web", timeout: "5s" },
                { prefix: "/a" },
                7,
                { prefix: "/a", service: "wbe" },
              ],
            },
          },
        },
      },
    };
    const host = 'gateways.public.hosts["shop.example.com"]';
    expect(brief(catalog)).to.deep.equal([
      "MW604 externalServices.bank",
      "MW003 externalServices.bank.host",
      `MW001 ${host}.routes[0].prefix`,
      `MW003 ${host}.routes[1].service`,
      `MW001 ${host}.routes[2]`,
      `MW108 ${host}.routes[3].prefix`,
      `MW101 ${host}.routes[3].service`,
      `MW003 ${host}.tls`,
      "MW001 name",
      "MW201 services.api.traffic.weights",
      "MW001 services.store.ports",
      "MW401 services.store.resilience.retries.perTryTimeout",
      "MW102 services.web.calls.api.port",
      "MW403 services.web.calls.api.timeout",
      "MW403 services.web.calls.store.timeout",
      "MW001 services.web.ports.http.port",
    ]);
    expect(brief({ name: "shop", services: [], jwtRules: [{}] })).to.deep.equal([
      "MW003 jwtRules[0].issuer",
      "MW001 services",
    ]);
  });

  it("does not take a service for unreached while a name that may mean it leads nowhere", () => {
    const services = (callee: string): unknown => ({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { api: {} } },
        api: { ports: { http }, calls: { [callee]: {} } },
        cart: { ports: { http } },
      },
    });
    expect(brief(services("crt"))).to.deep.equal(["MW101 services.api.calls.crt"]);
    expect(brief(services("cart"))).to.deep.equal([]);
  });

  it("says of a choice of forms what is wrong with the one that was meant", () => {
    const calling = (call: unknown): unknown => ({
      name: "shop",
      services: { web: { ports: { http }, calls: { api: call } }, api: { ports: { http } } },
    });
    expect(checkMesh(calling([{ methods: ["get"] }])).findings).to.deep.equal([
      {
        code: "MW001",
        severity: "error",
        path: "services.web.calls.api[0].methods[0]",
        message: 'services.web.calls.api[0].methods[0] can\'t be "get"',
        fix: 'did you mean "GET"?',
      },
    ]);
    expect(brief(calling({ metods: ["GET"] }))).to.deep.equal(["MW002 services.web.calls.api.metods"]);
    const pod = "db-0.db.billing.svc.cluster.local";
    const reaching = {
      web: { ports: { http: { port: 80, protocol: "http" } }, reach: { [pod]: { targetPorts: [5432] } } },
    };
    expect(checkMesh({ name: "shop", services: reaching }).findings).to.deep.equal([
      {
        code: "MW001",
        severity: "error",
        path: `services.web.reach["${pod}"]`,
        ...invalidKey(
          pod,
          "write <service>.<namespace>.svc.cluster.local; for a single pod of a StatefulSet, the headless Service",
        ),
      },
    ]);
    expect(brief(calling(5))).to.deep.equal(["MW001 services.web.calls.api"]);
  });

  it("takes one way of balancing, one of telling sessions apart, and one of failing over", () => {
    const balanced = (loadBalancing: unknown, ports: object = { http }): string[] =>
      brief({ name: "shop", services: { web: { ports, loadBalancing } } });
    const at = "services.web.loadBalancing";
    const consistentHash = { httpHeaderName: "x-session" };
    const failover = [{ from: "us-west", to: "us-east" }];
    const failoverPriority = ["topology.kubernetes.io/zone"];
    expect(balanced({ consistentHash })).to.deep.equal([]);
    expect(balanced({ consistentHash, simple: "RANDOM" })).to.deep.equal([`MW001 ${at}`]);
    expect(balanced({ consistentHash: {} })).to.deep.equal([`MW001 ${at}.consistentHash`]);
    expect(balanced({ consistentHash: { ...consistentHash, useSourceIp: true } })).to.deep.equal([
      `MW001 ${at}.consistentHash`,
    ]);
    expect(balanced({ consistentHash: { httpCookie: { name: "session" } } })).to.deep.equal([
      `MW003 ${at}.consistentHash.httpCookie.ttl`,
    ]);
    expect(balanced({ locality: { failover } })).to.deep.equal([]);
    expect(balanced({ locality: { failoverPriority } })).to.deep.equal([]);
    expect(balanced({ locality: {} })).to.deep.equal([`MW001 ${at}.locality`]);
    expect(balanced({ locality: { failover, failoverPriority } })).to.deep.equal([`MW001 ${at}.locality`]);
    const tcp = { tcp: { port: 5432, protocol: "tcp" } };
    expect(balanced({ consistentHash: { useSourceIp: true } }, tcp)).to.deep.equal([]);
    expect(balanced({ consistentHash }, tcp)).to.deep.equal([`MW204 ${at}.consistentHash`]);
  });

  it("refuses headers that no request has: none at all, and names in upper case", () => {
    const routed = (headers: object): string[] =>
      brief({
        name: "shop",
        services: {
          web: {
            ports: { http },
            versions: { v1: {} },
            traffic: { headerRoutes: [{ headers, version: "v1" }] },
          },
        },
      });
    expect(routed({ "x-canary": "true" })).to.deep.equal([]);
    for (const headers of [{}, { "X-Canary": "true" }]) {
      expect(routed(headers)).to.deep.equal(["MW001 services.web.traffic.headerRoutes[0].headers"]);
    }
    expect(routed({ cookie: "canary=true" })).to.deep.equal([
      "MW001 services.web.traffic.headerRoutes[0].headers",
    ]);
  });

  it("refuses header routes behind one that takes all of their requests, cookies included", () => {
    const found = (...headerRoutes: object[]): string[] =>
      brief({
        name: "shop",
        services: {
          web: {
            ports: { http },
            versions: { v1: {} },
            traffic: { headerRoutes: headerRoutes.map((route) => ({ ...route, version: "v1" })) },
          },
        },
      });
    const canary = { cookie: { name: "canary", value: "true" } };
    const headers = { "x-tier": "free" };
    const unreachable = ["MW205 services.web.traffic.headerRoutes[1]"];
    expect(found(canary, { ...canary, headers })).to.deep.equal(unreachable);
    expect(found(canary, canary)).to.deep.equal(unreachable);
    expect(found({ headers }, { ...canary, headers })).to.deep.equal(unreachable);
    expect(found({ ...canary, headers }, canary)).to.deep.equal([]);
    expect(found({ ...canary, headers }, { headers })).to.deep.equal([]);
    expect(found(canary, { cookie: { name: "canary", value: "false" } })).to.deep.equal([]);
    expect(found(canary, { headers })).to.deep.equal([]);
    expect(found({})).to.deep.equal(["MW001 services.web.traffic.headerRoutes[0]"]);
  });

  it("refuses hosts that lead nowhere, and origins that aren't one page's", () => {
    const served = (host: object): string[] =>
      brief({
        name: "shop",
        services: { web: { ports: { http } } },
        gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, ...host } } } },
      });
    const at = 'gateways.public.hosts["shop.example.com"]';
    const routes = [{ prefix: "/", service: "web" }];
    const redirects = [{ prefix: "/", authority: "www.example.com" }];
    expect(served({ routes: [], redirects })).to.deep.equal([]);
    expect(served({ routes: [] })).to.deep.equal([`MW001 ${at}`]);
    expect(served({ routes, redirects })).to.deep.equal([`MW108 ${at}.redirects[0].prefix`]);
    expect(served({ routes, redirects: [{ prefix: "/old" }] })).to.deep.equal([`MW001 ${at}.redirects[0]`]);
    expect(served({ routes, redirects: [{ prefix: "/old", uri: "/", redirectCode: 200 }] })).to.deep.equal([
      `MW001 ${at}.redirects[0].redirectCode`,
    ]);
    for (const origin of ["*", "https://*.example.com", "app.example.com", "https://app.example.com/"]) {
      expect(served({ routes, cors: { allowOrigins: [origin] } })).to.deep.equal([
        `MW001 ${at}.cors.allowOrigins[0]`,
      ]);
    }
  });

  it("judges admissions as calls, and the names in them", () => {
    const admitting = (admit: object): string[] =>
      brief({ name: "shop", services: { web: { ports: { http }, admit: { prometheus: admit } } } });
    const at = "services.web.admit.prometheus";
    expect(admitting({ namespace: "monitoring", port: "http" })).to.deep.equal([]);
    expect(admitting({ namespace: "monitoring", port: "htp" })).to.deep.equal([`MW102 ${at}.port`]);
    expect(admitting({ namespace: "monitoring", endUser: {} })).to.deep.equal([`MW301 ${at}.endUser`]);
    expect(admitting({ namespace: "Monitoring" })).to.deep.equal([`MW105 ${at}.namespace`]);
    expect(admitting({ namespace: "monitoring", serviceAccount: "*" })).to.deep.equal([
      `MW105 ${at}.serviceAccount`,
    ]);
    expect(admitting({ serviceAccount: "prometheus" })).to.deep.equal([`MW003 ${at}.namespace`]);
  });

  it("keeps services out of the gateways' namespaces, whether or not the catalog has a gateway", () => {
    for (const namespace of ["istio-system", "istio-ingress", "istio-egress", "kube-system"]) {
      expect(brief({ name: "shop", services: { web: { ports: { http }, namespace } } })).to.deep.equal([
        "MW112 services.web.namespace",
      ]);
    }
  });

  it("accepts as names of identities only what names one identity", () => {
    const shop = (own: object, tls: object = { credentialName: "shop" }): string[] =>
      brief({
        name: "shop",
        services: { web: { ports: { http } } },
        gateways: {
          public: {
            hosts: {
              "shop.example.com": {
                tls,
                routes: [{ prefix: "/", service: "web", methods: ["GET"], endUser: {} }],
              },
            },
          },
        },
        jwtRules: [{ issuer: "https://auth.example.com" }],
        ...own,
      });
    expect(shop({})).to.deep.equal([]);
    for (const trustDomain of ["cluster.local", "prod.example.com", "td1"]) {
      expect(shop({ trustDomain }), trustDomain).to.deep.equal([]);
    }
    for (const trustDomain of [
      "*",
      "*.local",
      "cluster.local/ns/a",
      "Cluster.local",
      "a..b",
      "spiffe://a",
      " ",
    ]) {
      expect(shop({ trustDomain }), trustDomain).to.deep.equal(["MW105 trustDomain"]);
    }
    expect(shop({ revision: "1-31" })).to.deep.equal([]);
    for (const revision of ["1.31", "Canary", "a/b"]) {
      expect(shop({ revision }), revision).to.deep.equal(["MW105 revision"]);
    }
    for (const issuer of ["*", "https://*.example.com", "https://a.example.com "]) {
      expect(shop({ jwtRules: [{ issuer }] }), issuer).to.deep.equal(["MW001 jwtRules[0].issuer"]);
    }
    expect(shop({}, { credentialName: "shop.example.com" })).to.deep.equal([]);
    for (const credentialName of ["shop/api-cert", "Shop", "shop_cert", "kubernetes://shop"]) {
      expect(shop({}, { credentialName }), credentialName).to.deep.equal([
        'MW105 gateways.public.hosts["shop.example.com"].tls.credentialName',
      ]);
    }
  });

  it("warns of every port that accepts plaintext", () => {
    const { findings } = checkMesh({
      name: "shop",
      services: { web: { ports: { http }, mtls: { mode: "PERMISSIVE", ports: { http: "STRICT" } } } },
    });
    expect(findings.map(({ path, message }) => [path, message])).to.deep.equal([
      ["services.web.mtls.mode", mtlsText("web").message],
    ]);
  });

  it("keeps services from having the names of a namespace's own objects", () => {
    for (const name of ["default", "default-deny", "allow-istio"]) {
      expect(brief({ name: "shop", services: { [name]: { ports: { http } } } })).to.deep.equal([
        `MW105 services.${name}`,
      ]);
    }
  });

  it("keeps the labels by which pods are found to itself", () => {
    const labelled = (labels: object): string[] =>
      brief({ name: "shop", services: { web: { ports: { http }, workload: { image: "web:1", labels } } } });
    expect(labelled({ tier: "backend" })).to.deep.equal([]);
    expect(labelled({ app: "api" })).to.deep.equal(["MW342 services.web.workload.labels.app"]);
    expect(labelled({ version: "v2" })).to.deep.equal(["MW342 services.web.workload.labels.version"]);
  });

  it("lets no workload run as root, or as the proxy", () => {
    const running = (runAsUser: number) =>
      checkMesh({
        name: "shop",
        services: { web: { ports: { http }, workload: { image: "web:1", runAsUser } } },
      }).findings.map(({ code, path, fix }) => ({ code, path, fix }));
    const path = "services.web.workload.runAsUser";
    expect(running(999)).to.deep.equal([]);
    expect(running(0)).to.deep.equal([{ code: "MW001", path, fix: "use at least 1" }]);
    expect(running(1337)).to.deep.equal([
      {
        code: "MW001",
        path,
        fix: "use another number: 1337 is the proxy's user, whose traffic is not redirected",
      },
    ]);
  });

  it("wants of a probe a port of the service, an absolute path where HTTP is spoken, and whole seconds", () => {
    const probed = (readiness: object, ports: object = { http }) =>
      checkMesh({
        name: "shop",
        services: { web: { ports, workload: { image: "web:1", probes: { readiness } } } },
      }).findings.map(({ code, path, fix }) => ({ code, path, fix }));
    const at = (field: string) => `services.web.workload.probes.readiness.${field}`;
    const admin = { port: 9090, protocol: "http" };
    const redis = { port: 6379, protocol: "redis" };
    expect(probed({})).to.deep.equal([]);
    expect(probed({ path: "/ready?deep=1", period: "1m", timeout: "5000ms" })).to.deep.equal([]);
    expect(probed({ path: "/ready" }, { http: { port: 8080, protocol: "http2" } })).to.deep.equal([]);
    expect(probed({ port: "admin" }, { http, admin })).to.deep.equal([]);
    expect(probed({ port: "htp" }, { http, admin })).to.deep.equal([
      { code: "MW102", path: at("port"), fix: 'did you mean "http"?' },
    ]);
    expect(probed({}, { http, admin })).to.deep.equal([
      {
        code: "MW103",
        path: "services.web.workload.probes.readiness",
        fix: 'add port: "http" or "admin"',
      },
    ]);
    expect(probed({ path: "/ready" }, { redis })).to.deep.equal([
      {
        code: "MW906",
        path: at("path"),
        fix: probeText("web", "redis", "redis", "/ready").fix,
      },
    ]);
    expect(probed({ path: "ready", failureThreshold: 0 })).to.deep.equal([
      { code: "MW001", path: at("failureThreshold"), fix: "use at least 1" },
      { code: "MW001", path: at("path"), fix: 'write an absolute path, such as "/ready"' },
    ]);
    expect(probed({ period: "1500ms", timeout: "1" })).to.deep.equal([
      {
        code: "MW001",
        path: at("period"),
        fix: 'write whole seconds, such as "10s" or "1m", as Kubernetes requires',
      },
      {
        code: "MW001",
        path: at("timeout"),
        fix: 'write a positive number and one of ms, s, m, h, such as "500ms" or "10s"',
      },
    ]);
  });

  it("warns of a pod that is started again before it is taken out of traffic, if both probes ask the same", () => {
    const both = (readiness: object, liveness: object): string[] =>
      brief({
        name: "shop",
        services: {
          web: {
            ports: { http, admin: { port: 9090, protocol: "http" } },
            workload: {
              image: "web:1",
              probes: { readiness: { port: "http", ...readiness }, liveness: { port: "http", ...liveness } },
            },
          },
        },
      });
    const warned = ["MW907 services.web.workload.probes.liveness"];
    expect(both({}, {})).to.deep.equal(warned);
    expect(both({ period: "5s" }, { period: "14s", failureThreshold: 1 })).to.deep.equal(warned);
    expect(both({ period: "5s" }, { period: "16s", failureThreshold: 1 })).to.deep.equal([]);
    expect(both({}, { failureThreshold: 4 })).to.deep.equal([]);
    expect(both({ path: "/ready" }, { path: "/live" })).to.deep.equal([]);
    expect(both({ path: "/ready" }, {})).to.deep.equal([]);
    expect(both({}, { port: "admin" })).to.deep.equal([]);
  });

  it("warns of a share for a version without pods, unless an autoscaler makes some", () => {
    const shared = (workload: object): string[] =>
      brief({
        name: "shop",
        services: {
          web: {
            ports: { http },
            versions: { v1: {}, v2: { replicas: 0 } },
            traffic: { weights: { v1: 90, v2: 10 } },
            workload: { image: "web:1", ...workload },
          },
        },
      });
    const autoscaling = { minReplicas: 1, maxReplicas: 2, averageUtilization: 80 };
    expect(shared({})).to.deep.equal(["MW207 services.web.traffic.weights.v2"]);
    const resources = { requests: { cpu: "100m" } };
    expect(shared({ autoscaling, resources })).to.deep.equal([]);
  });

  it("warns of copies for a version without pods", () => {
    const copied = (replicas: number): string[] =>
      brief({
        name: "shop",
        services: {
          web: {
            ports: { http },
            versions: { v1: {}, v2: { replicas } },
            traffic: { weights: { v1: 100, v2: 0 }, mirror: { version: "v2", percentage: 5 } },
            workload: { image: "web:1" },
          },
        },
      });
    expect(copied(0)).to.deep.equal(["MW207 services.web.traffic.mirror"]);
    expect(copied(1)).to.deep.equal([]);
  });

  it("warns of a service without pods that receives requests", () => {
    const called = (workload: object, calls: object = { api: {} }): string[] =>
      brief({
        name: "shop",
        services: {
          web: { ports: { http }, calls, admit: [{ namespace: "tests" }] },
          api: { ports: { http }, workload: { image: "api:1", ...workload } },
        },
      }).filter((line) => line.startsWith("MW207"));
    expect(called({ replicas: 0 })).to.deep.equal(["MW207 services.api.workload.replicas"]);
    expect(called({ replicas: 1 })).to.deep.equal([]);
    expect(called({ replicas: 0 }, {})).to.deep.equal([]);
  });

  it("never throws, and never passes what isn't a catalog", () => {
    fc.assert(
      fc.property(fc.anything(), (definition) => {
        const { findings, mesh } = checkMesh(definition);
        expect(mesh).to.equal(undefined);
        expect(findings).to.not.be.empty;
      }),
    );
  });

  it("never throws on a catalog in which one value is something else", () => {
    const catalog = {
      name: "shop",
      jwtRules: [{ issuer: "https://auth.example.com" }],
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
            },
          },
        },
      },
      services: {
        web: {
          ports: { http },
          versions: { v1: {} },
          traffic: { weights: { v1: 100 } },
          calls: { api: [{ port: "http", endUser: {} }], web: { timeout: "1s", retries: { attempts: 1 } } },
          sidecar: { excludeOutboundPorts: [443] },
        },
        api: { ports: { http }, workload: { image: "api:1" } },
      },
      suppressions: [{ code: "MW302", path: "services.web", reason: "outside" }],
    };
    const places = leaves(catalog);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), (place, value) => {
        const { findings, mesh } = checkMesh(replaced(catalog, place, value));
        expect(mesh === undefined).to.equal(findings.some(({ severity }) => severity === "error"));
      }),
      { numRuns: 300 },
    );
  });

  describe("suppressions", () => {
    const bypass = (suppressions: object[]): unknown => ({
      name: "shop",
      services: { web: { ports: { http }, sidecar: { excludeOutboundPorts: [443] } } },
      suppressions,
    });
    const reason = "the broker is outside of the mesh";

    it("take a warning away by its code and its path, or one above it", () => {
      expect(brief(bypass([]))).to.deep.equal(["MW302 services.web.sidecar.excludeOutboundPorts"]);
      for (const path of ["services.web.sidecar.excludeOutboundPorts", "services.web.sidecar", "services"]) {
        expect(brief(bypass([{ code: "MW302", path, reason }])), path).to.deep.equal([]);
      }
    });

    it("are reported when they take nothing away: wrong code, wrong path, half a name", () => {
      for (const [code, path] of [
        ["MW303", "services.web"],
        ["MW302", "services.api"],
        ["MW302", "services.we"],
      ]) {
        expect(brief(bypass([{ code, path, reason }])), path).to.deep.equal([
          "MW302 services.web.sidecar.excludeOutboundPorts",
          "MW004 suppressions[0]",
        ]);
      }
    });

    it("need a reason", () => {
      expect(brief(bypass([{ code: "MW302", path: "services.web", reason: "" }]))).to.deep.equal([
        "MW302 services.web.sidecar.excludeOutboundPorts",
        "MW001 suppressions[0].reason",
      ]);
    });

    it("don't take errors away", () => {
      const catalog = {
        name: "shop",
        services: { web: { ports: { http }, calls: { api: {} } } },
        suppressions: [{ code: "MW101", path: "services", reason }],
      };
      expect(brief(catalog)).to.deep.equal(["MW101 services.web.calls.api"]);
    });
  });
});

type Place = (string | number)[];

function leaves(value: unknown, at: Place = []): Place[] {
  if (value === null || typeof value !== "object") return [at];
  const below = Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [at, ...below];
}

function replaced(value: unknown, [key, ...below]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], below, by);
  return copy;
}
