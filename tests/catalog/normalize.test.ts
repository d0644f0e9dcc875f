import { expect } from "chai";
import { facts } from "../../policy-pack/facts";
import { type MeshDefinition, normalize } from "../../catalog";

const http = { port: 8080, protocol: "http" } as const;

describe("normalize", () => {
  it("gives the smallest catalog every default", () => {
    expect(normalize({ name: "shop", services: { web: { ports: { http } } } })).to.deep.equal({
      name: "shop",
      environment: "prod",
      istioVersion: facts.istio.version,
      namespace: "shop",
      namespaces: ["shop"],
      ownNamespaces: ["shop"],
      rootNamespace: "istio-system",
      trustDomain: "cluster.local",
      authorization: "enforced",
      delegates: [],
      extensionProviders: [],
      externalServices: [],
      gateways: [],
      jwtRules: [],
      alerts: { errorRate: 5, p99: 1000, availability: 99.9, mtlsShare: 95 },
      certificates: { lifetime: 86_400_000, renewAt: 50, alertAt: 25 },
      overrides: {},
      services: [
        {
          name: "web",
          namespace: "shop",
          host: "web.shop.svc.cluster.local",
          ports: [{ name: "http", port: 8080, targetPort: 8080, protocol: "http" }],
          service: "none",
          serviceAccount: { name: "web", create: false, annotations: {} },
          selector: { app: "web" },
          versions: [],
          headerRoutes: [],
          retries: {
            attempts: 2,
            retryOn: ["connect-failure", "refused-stream", "unavailable", "cancelled"],
            inherited: true,
          },
          circuitBreaker: {
            maxConnections: 100,
            http1MaxPendingRequests: 100,
            http2MaxRequests: 1000,
            maxRetries: 3,
            outlierDetection: {
              consecutive5xxErrors: 5,
              interval: 10_000,
              baseEjectionTime: 30_000,
              maxEjectionPercent: 50,
            },
          },
          deny: [],
          globalRateLimits: [],
          reach: [],
          kubernetesApi: false,
          loadBalancing: { simple: "LEAST_REQUEST" },
          authorization: "enforced",
          sidecar: {},
          workloads: [],
          incoming: [],
          outgoing: [],
          alerts: { errorRate: 5, p99: 1000, availability: 99.9, mtlsShare: 95 },
          path: "services.web",
        },
      ],
    });
  });

  it("takes a service's own thresholds before the mesh's, and its declared load before the mesh's time", () => {
    const { services, externalServices, certificates } = normalize({
      name: "shop",
      alerts: { errorRate: 1, p99: "2s", mtlsShare: 90 },
      certificates: { lifetime: "2160h", renewAt: 10 },
      services: {
        api: { ports: { http }, load: { rps: 10, p99: "300ms", callers: 1 }, alerts: { availability: 99.5 } },
        report: {
          ports: { http },
          load: { rps: 10, p99: "300ms", callers: 1 },
          alerts: { p99: "20s", errorRate: 10 },
        },
        web: { ports: { http } },
      },
      externalServices: {
        bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
      },
    });
    expect(services.map(({ alerts }) => alerts)).to.deep.equal([
      { errorRate: 1, p99: 300, availability: 99.5, mtlsShare: 90 },
      { errorRate: 10, p99: 20_000, availability: 99.9, mtlsShare: 90 },
      { errorRate: 1, p99: 2000, availability: 99.9, mtlsShare: 90 },
    ]);
    expect(externalServices[0]?.alerts).to.deep.equal(services[2]?.alerts);
    expect(certificates).to.deep.equal({ lifetime: 2160 * 3_600_000, renewAt: 10, alertAt: 5 });
  });

  const shop: MeshDefinition = {
    name: "shop",
    trustDomain: "shop.example.com",
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [
              { prefix: "/", service: "web" },
              { prefix: "/api", rewrite: "/", service: "api", port: "http", endUser: {} },
            ],
          },
        },
      },
    },
    services: {
      web: {
        ports: { http },
        calls: {
          api: [
            { port: "admin", methods: ["POST", "GET"], paths: ["/b", "/a"] },
            { port: "http", timeout: "5s" },
          ],
        },
      },
      api: {
        namespace: "backend",
        ports: { http, admin: { port: 9090, targetPort: 90, protocol: "http" } },
        resilience: { timeout: "10s", retries: { attempts: 3, retryOn: ["gateway-error"] } },
      },
    },
  };
  const mesh = normalize(shop);
  const api = mesh.services.find(({ name }) => name === "api");
  const web = mesh.services.find(({ name }) => name === "web");

  it("divides a timeout among the attempts that have none of their own", () => {
    expect(api?.retries).to.deep.equal({
      attempts: 3,
      perTryTimeout: 2500,
      retryOn: ["gateway-error"],
    });
  });

  it("resolves an edge: identity, port, own and inherited limits, where it stands", () => {
    expect(web?.outgoing).to.deep.equal([
      {
        source: {
          kind: "service",
          name: "web",
          namespace: "shop",
          principal: "shop.example.com/ns/shop/sa/web",
          selector: { app: "web" },
        },
        callee: "api",
        port: { name: "admin", port: 9090, targetPort: 90, protocol: "http" },
        methods: ["GET", "POST"],
        paths: ["/a", "/b"],
        timeout: 10_000,
        retries: { attempts: 3, perTryTimeout: 2500, retryOn: ["gateway-error"] },
        ownTimeout: false,
        ownRetries: false,
        asynchronous: false,
        mirrored: false,
        path: "services.web.calls.api[0]",
      },
      {
        source: {
          kind: "service",
          name: "web",
          namespace: "shop",
          principal: "shop.example.com/ns/shop/sa/web",
          selector: { app: "web" },
        },
        callee: "api",
        port: { name: "http", port: 8080, targetPort: 8080, protocol: "http" },
        methods: [],
        paths: [],
        timeout: 5_000,
        // Four tries of the service's 2.5s don't fit into 5s.
        retries: { attempts: 3, perTryTimeout: 1250, retryOn: ["gateway-error"] },
        ownTimeout: true,
        ownRetries: false,
        asynchronous: false,
        mirrored: false,
        path: "services.web.calls.api[1]",
      },
    ]);
  });

  it("knows services and gateways as callers, and takes each edge once", () => {
    expect(api?.incoming.map(({ path, source }) => [path, source.principal])).to.deep.equal([
      [
        'gateways.public.hosts["shop.example.com"].routes[1]',
        "shop.example.com/ns/istio-ingress/sa/istio-ingress",
      ],
      ["services.web.calls.api[0]", "shop.example.com/ns/shop/sa/web"],
      ["services.web.calls.api[1]", "shop.example.com/ns/shop/sa/web"],
    ]);
  });

  it("takes namespace, label and identity of a gateway that is installed already as they are", () => {
    const hosts = { "shop.example.com": { tls: { credentialName: "shop" }, routes: [] } };
    const pods = {
      namespace: "istio-system",
      serviceAccount: "istio-ingressgateway-service-account",
      selector: { istio: "ingressgateway" },
    };
    const { gateways } = normalize({
      ...shop,
      gateways: { edge: { ...pods, hosts }, inside: { namespace: "edge", hosts }, public: { hosts } },
    });
    expect(gateways.map((gateway) => [gateway.pods, gateway.hosts[0]?.name])).to.deep.equal([
      [pods, "shop.example.com-edge"],
      ...["edge", "istio-ingress"].map((namespace) => [
        {
          release: "istio-ingress",
          namespace,
          serviceAccount: "istio-ingress",
          selector: { istio: "ingress" },
        },
        "shop.example.com",
      ]),
    ]);
  });

  it("derives namespace, label and identity of a gateway from its Helm release", () => {
    const [gateway] = normalize({
      ...shop,
      gateways: { public: { release: "istio-edge", hosts: {} } },
    }).gateways;
    expect(gateway).to.deep.equal({
      name: "public",
      namespace: "shop",
      pods: {
        release: "istio-edge",
        namespace: "istio-edge",
        serviceAccount: "istio-edge",
        selector: { istio: "edge" },
      },
      hosts: [],
      source: {
        kind: "gateway",
        name: "public",
        namespace: "istio-edge",
        principal: "shop.example.com/ns/istio-edge/sa/istio-edge",
      },
      path: "gateways.public",
    });
  });

  it("puts the longest prefix of a host first", () => {
    const routes = mesh.gateways[0]?.hosts[0]?.routes;
    expect(
      routes?.map((route) => [route.edge && route.match.uri, route.edge && route.rewrite]),
    ).to.deep.equal([
      [{ prefix: "/api" }, "/"],
      [{ prefix: "/" }, undefined],
    ]);
  });

  it("lists the namespaces that hold something", () => {
    expect(mesh.namespaces).to.deep.equal(["backend", "shop"]);
  });

  it("makes a Deployment of each version, which may change the image and the number of pods", () => {
    const [service] = normalize({
      name: "shop",
      services: {
        web: {
          ports: { http },
          versions: { v2: { image: "web:2", replicas: 1 }, v1: {} },
          traffic: { weights: { v1: 90, v2: 10 } },
          workload: { image: "web:1", replicas: 3, env: { A: "1" }, probes: { readiness: {} } },
        },
      },
    }).services;
    const port = { name: "http", port: 8080, targetPort: 8080, protocol: "http" };
    const probe = { port, period: 10_000, timeout: 1_000, failureThreshold: 3 };
    expect(service?.versions).to.deep.equal([
      { name: "v1", labels: { version: "v1" }, weight: 90 },
      { name: "v2", labels: { version: "v2" }, weight: 10 },
    ]);
    expect(service?.workloads).to.deep.equal([
      {
        name: "web-v1",
        version: "v1",
        kind: "Deployment",
        selector: { app: "web", version: "v1" },
        volumeClaimTemplates: {},
        generatedSecrets: {},
        pod: {},
        termination: { preStop: 0, drain: 5, gracePeriod: 30 },
        image: "web:1",
        replicas: 3,
        env: { A: "1" },
        probes: { readiness: probe },
        labels: {},
        annotations: {},
      },
      {
        name: "web-v2",
        version: "v2",
        kind: "Deployment",
        selector: { app: "web", version: "v2" },
        volumeClaimTemplates: {},
        generatedSecrets: {},
        pod: {},
        termination: { preStop: 0, drain: 5, gracePeriod: 30 },
        image: "web:2",
        replicas: 1,
        env: { A: "1" },
        probes: { readiness: probe },
        labels: {},
        annotations: {},
      },
    ]);
  });

  it("makes one Deployment of two pods where no version is declared", () => {
    const [service] = normalize({
      name: "shop",
      services: { web: { ports: { http }, workload: { image: "web:1" } } },
    }).services;
    expect(service?.workloads).to.deep.equal([
      {
        name: "web",
        version: "v1",
        kind: "Deployment",
        selector: { app: "web", version: "v1" },
        volumeClaimTemplates: {},
        generatedSecrets: {},
        pod: {},
        termination: { preStop: 0, drain: 5, gracePeriod: 30 },
        image: "web:1",
        replicas: 2,
        env: {},
        probes: {},
        labels: {},
        annotations: {},
      },
    ]);
  });

  it("takes names, labels and accounts of pods that another tool deploys, and creates neither account nor Service", () => {
    const { services } = normalize({
      name: "shop",
      services: {
        web: { serviceAccount: { name: "frontend" }, calls: { cart: {} } },
        cart: {
          ports: { http },
          service: "adopt",
          serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/cart" } },
          selector: { "app.kubernetes.io/name": "cart" },
          versions: { v1: { labels: { version: "1.4.2" } }, v2: {} },
        },
      },
    });
    const [cart, web] = services;
    expect(cart).to.deep.include({
      service: "adopt",
      serviceAccount: {
        name: "cart",
        create: false,
        annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/cart" },
      },
      selector: { "app.kubernetes.io/name": "cart" },
      versions: [
        { name: "v1", labels: { version: "1.4.2" }, weight: 100 },
        { name: "v2", labels: { version: "v2" }, weight: 100 },
      ],
    });
    expect(cart?.incoming[0]?.source).to.deep.equal({
      kind: "service",
      name: "web",
      namespace: "shop",
      principal: "cluster.local/ns/shop/sa/frontend",
      selector: { app: "web" },
    });
    expect(web).to.deep.include({
      ports: [],
      service: "none",
      serviceAccount: { name: "frontend", create: false, annotations: {} },
    });
  });

  it("creates account and Service of what the catalog deploys, and no Service where nothing listens", () => {
    const workload = { image: "web:1" };
    const { services } = normalize({
      name: "shop",
      services: {
        web: { ports: { http }, workload },
        worker: { workload },
        other: { ports: { http }, workload, service: "none", serviceAccount: { create: false } },
      },
    });
    expect(
      services.map(({ name, service, serviceAccount }) => [name, service, serviceAccount.create]),
    ).to.deep.equal([
      ["other", "none", false],
      ["web", "create", true],
      ["worker", "none", true],
    ]);
  });

  it("ends pods after the longest call to them, of services and routes, or as the catalog says", () => {
    const termination = (api: object, calls: object = {}): unknown =>
      normalize({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { api: calls } },
          api: { ports: { http }, workload: { image: "api:1", ...api }, resilience: { timeout: "60s" } },
        },
      }).services[0]?.workloads[0]?.termination;
    expect(termination({})).to.deep.equal({ preStop: 5, drain: 60, gracePeriod: 65 });
    expect(termination({}, { timeout: "2500ms" })).to.deep.equal({ preStop: 5, drain: 5, gracePeriod: 30 });
    expect(termination({}, { timeout: "24500ms" })).to.deep.equal({ preStop: 5, drain: 25, gracePeriod: 30 });
    expect(termination({ drain: "90s" })).to.deep.equal({ preStop: 5, drain: 90, gracePeriod: 95 });
    const preStop = (handler: object): object => ({
      pod: {
        terminationGracePeriodSeconds: 100,
        containers: [{ name: "api", lifecycle: { preStop: handler } }],
      },
    });
    expect(termination(preStop({ sleep: { seconds: 12 } }))).to.deep.equal({
      preStop: 12,
      drain: 60,
      gracePeriod: 100,
    });
    expect(termination(preStop({ exec: { command: ["quit"] } }))).to.deep.equal({
      preStop: 0,
      drain: 60,
      gracePeriod: 100,
    });
    const { services } = normalize({
      name: "shop",
      services: {
        web: { ports: { http }, workload: { image: "web:1" }, calls: { db: {} } },
        db: { ports: { db: { port: 5432, protocol: "tcp" } }, workload: { image: "db:1" } },
      },
    });
    expect(services.map(({ workloads }) => workloads[0]?.termination)).to.deep.equal([
      { preStop: 5, drain: 30, gracePeriod: 35 },
      { preStop: 0, drain: 5, gracePeriod: 30 },
    ]);
  });

  it("throws when a name isn't declared, which the checks report before", () => {
    const lost = (calls: object): MeshDefinition => ({
      name: "shop",
      services: { web: { ports: { http }, calls: { ...calls } } },
    });
    expect(() => normalize(lost({ api: {} }))).to.throw('there is no service "api"');
    expect(() => normalize(lost({ web: { port: "grpc" } }))).to.throw(
      'services.web.calls.web: service "web" has no port "grpc"',
    );
    const workload = { image: "web:1", probes: { liveness: { port: "grpc" } } };
    expect(() => normalize({ name: "shop", services: { web: { ports: { http }, workload } } })).to.throw(
      'services.web.workload.probes: it has no port "grpc"',
    );
  });
});
