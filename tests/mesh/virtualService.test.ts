import { expect } from "chai";
import type { CookieMatch, MeshDefinition, ServiceDefinition } from "../../catalog";
import type { HttpMatch } from "../../mesh/httpRoute";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";

const destination = { host: "api.shop.svc.cluster.local", port: { number: 8080 } };

/** The routes inside the mesh of a service `api`, which `web` calls. */
function routes(api: Partial<ServiceDefinition>, calls: ServiceDefinition["calls"] = { api: {} }): unknown {
  const services = { web: { ports: { http }, calls }, api: { ports: { http }, ...api } };
  const { spec } = find(render({ name: "shop", environment: "dev", services }), "VirtualService", "api");
  return (spec as { http: unknown }).http;
}

describe("virtualService", () => {
  it("leaves Istio's own retries as they are where none are declared, and turns them off where none are wanted", () => {
    expect(routes({})).to.deep.equal([{ name: "http", route: [{ destination }] }]);
    expect(routes({ ports: { http: { port: 8080, protocol: "grpc" } } })).to.deep.equal(routes({}));
    expect(routes({ resilience: { retries: { attempts: 0 } } })).to.deep.equal([
      { name: "http", route: [{ destination }], retries: { attempts: 0 } },
    ]);
    expect(routes({}, { api: { retries: { attempts: 0 } } })).to.deep.equal([
      {
        name: "from web",
        match: [{ sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
        route: [{ destination }],
        retries: { attempts: 0 },
      },
      { name: "http", route: [{ destination }] },
    ]);
  });

  it("divides requests among versions, leaving out those without weight", () => {
    expect(
      routes({ versions: { v1: {}, v2: {}, v3: {} }, traffic: { weights: { v3: 10, v2: 0, v1: 90 } } }),
    ).to.deep.equal([
      {
        name: "http",
        route: [
          { destination: { ...destination, subset: "v1" }, weight: 90 },
          { destination: { ...destination, subset: "v3" }, weight: 10 },
        ],
      },
    ]);
  });

  it("sends everything to an only version", () => {
    expect(routes({ versions: { v1: {} } })).to.have.nested.property("[0].route[0].weight", 100);
  });

  it("retries POST and PATCH only where the request has certainly not arrived", () => {
    const retries = {
      attempts: 3,
      perTryTimeout: "2s",
      retryOn: ["gateway-error", "connect-failure"],
    } as const;
    expect(routes({ resilience: { timeout: "10s", retries } })).to.deep.equal([
      {
        name: "http POST|PATCH",
        match: [{ method: { regex: "POST|PATCH" } }],
        route: [{ destination }],
        timeout: "10s",
        retries: { attempts: 3, retryOn: "connect-failure" },
      },
      {
        name: "http",
        route: [{ destination }],
        timeout: "10s",
        retries: { attempts: 3, perTryTimeout: "2s", retryOn: "gateway-error,connect-failure" },
      },
    ]);
    expect(routes({ resilience: { retries: { attempts: 1, retryOn: ["5xx"] } } })).to.deep.equal([
      {
        name: "http POST|PATCH",
        match: [{ method: { regex: "POST|PATCH" } }],
        route: [{ destination }],
        retries: { attempts: 0 },
      },
      { name: "http", route: [{ destination }], retries: { attempts: 1, retryOn: "5xx" } },
    ]);
  });

  it("waits before a retry as long as it is told, on every route", () => {
    const retries = { attempts: 1, retryOn: ["5xx", "connect-failure"], backoff: "100ms" } as const;
    const seen = routes({ resilience: { timeout: "10s", retries } }) as { retries: unknown }[];
    expect(seen.map((route) => route.retries)).to.deep.equal([
      { attempts: 1, retryOn: "connect-failure", backoff: "100ms" },
      { attempts: 1, retryOn: "5xx,connect-failure", perTryTimeout: "5s", backoff: "100ms" },
    ]);
  });

  it("needs one route where all conditions are safe, and for gRPC, where everything is a POST", () => {
    const safe = { attempts: 2, retryOn: ["connect-failure", "refused-stream"] } as const;
    expect(routes({ resilience: { retries: safe } })).to.deep.equal([
      {
        name: "http",
        route: [{ destination }],
        retries: { attempts: 2, retryOn: "connect-failure,refused-stream" },
      },
    ]);
    const grpc = { ports: { http: { port: 8080, protocol: "grpc" } } } as const;
    expect(
      routes({ ...grpc, resilience: { retries: { attempts: 2, retryOn: ["unavailable"] } } }),
    ).to.deep.equal([
      { name: "http", route: [{ destination }], retries: { attempts: 2, retryOn: "unavailable" } },
    ]);
  });

  it("gives a caller with its own limits a route of its own, before the others'", () => {
    const retries = { attempts: 1, retryOn: ["connect-failure"] } as const;
    expect(routes({ resilience: { timeout: "30s", retries } }, { api: { timeout: "10s" } })).to.deep.equal([
      {
        name: "from web",
        match: [{ sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
        route: [{ destination }],
        timeout: "10s",
        retries: { attempts: 1, retryOn: "connect-failure" },
      },
      {
        name: "http",
        route: [{ destination }],
        timeout: "30s",
        retries: { attempts: 1, retryOn: "connect-failure" },
      },
    ]);
    expect(routes({ resilience: { timeout: "30s" } }, { api: { retries } })).to.have.nested.property(
      "[0].retries.attempts",
      1,
    );
  });

  it("tells the ports of a service apart, and routes no TCP", () => {
    const admin = { port: 9090, protocol: "http" } as const;
    expect(
      routes({ ports: { http, admin, tcp } }, { api: [{ port: "http" }, { port: "admin", timeout: "1s" }] }),
    ).to.deep.equal([
      { name: "http", match: [{ port: 8080 }], route: [{ destination }] },
      {
        name: "from web",
        match: [{ port: 9090, sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
        route: [{ destination: { ...destination, port: { number: 9090 } } }],
        timeout: "1s",
      },
      {
        name: "admin",
        match: [{ port: 9090 }],
        route: [{ destination: { ...destination, port: { number: 9090 } } }],
      },
    ]);
    const kinds = render({ name: "shop", services: { store: { ports: { tcp } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("VirtualService");
  });

  it("says that a service speaks gRPC alone, inside the mesh and at a gateway", () => {
    const grpc = { port: 9090, protocol: "grpc" } as const;
    const hosts = {
      "calls.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "calls" }] },
      "shop.example.com": {
        tls: { credentialName: "shop" },
        routes: [
          { prefix: "/calls", service: "calls" },
          { prefix: "/", service: "web" },
        ],
      },
    } as const;
    const objects = render({
      name: "shop",
      services: { calls: { ports: { grpc } }, both: { ports: { grpc, http } }, web: { ports: { http } } },
      gateways: { public: { hosts } },
    });
    const annotated = objects.filter(({ kind, metadata: { annotations } }) => {
      return kind === "VirtualService" && annotations?.["meshwright.dev/protocol"] !== undefined;
    });
    expect(annotated.map(({ metadata: { name, annotations } }) => [name, annotations])).to.deep.equal([
      ["calls", { "meshwright.dev/from": "services.calls", "meshwright.dev/protocol": "grpc" }],
      [
        "calls.example.com",
        {
          "meshwright.dev/from": 'gateways.public.hosts["calls.example.com"]',
          "meshwright.dev/protocol": "grpc",
        },
      ],
    ]);
  });

  describe("by headers", () => {
    const versions = { stable: {}, canary: {} } as const;
    const subset = (name: string): object => ({ ...destination, subset: name });

    it("sends requests to the version of the first route that they match, before the weights", () => {
      const traffic = {
        weights: { stable: 90, canary: 10 },
        headerRoutes: [
          { headers: { "x-canary": "true" }, version: "canary" },
          { headers: { "x-user-group": "beta", "x-tier": "free" }, version: "stable" },
        ],
      } as const;
      expect(routes({ versions, traffic, resilience: { timeout: "10s" } })).to.deep.equal([
        {
          name: "http x-canary=true",
          match: [{ headers: { "x-canary": { exact: "true" } } }],
          route: [{ destination: subset("canary"), weight: 100 }],
          timeout: "10s",
        },
        {
          name: "http x-tier=free x-user-group=beta",
          match: [{ headers: { "x-tier": { exact: "free" }, "x-user-group": { exact: "beta" } } }],
          route: [{ destination: subset("stable"), weight: 100 }],
          timeout: "10s",
        },
        {
          name: "http",
          route: [
            { destination: subset("canary"), weight: 10 },
            { destination: subset("stable"), weight: 90 },
          ],
          timeout: "10s",
        },
      ]);
    });

    it("finds one cookie among all that a request has, and asks for the headers too", () => {
      const routed = (cookie: CookieMatch, headers?: Record<string, string>): HttpMatch["headers"] => {
        const headerRoutes = [{ cookie, ...(headers && { headers }), version: "canary" }];
        const traffic = { weights: { stable: 100, canary: 0 }, headerRoutes };
        const [first] = routes({ versions, traffic }) as { name: string; match: HttpMatch[] }[];
        return first?.match[0]?.headers;
      };
      expect(routed({ name: "canary", value: "true" }, { "x-tier": "free" })).to.deep.equal({
        "x-tier": { exact: "free" },
        cookie: { regex: "^(.*; ?)?canary=true(;.*)?$" },
      });
      const matches = (cookie: CookieMatch, header: string): boolean =>
        new RegExp((routed(cookie)?.cookie as { regex: string }).regex).test(header);
      for (const [header, expected] of [
        ["canary=true", true],
        ["session=1; canary=true", true],
        ["session=1;canary=true; theme=dark", true],
        ["canary=false", false],
        ["canary=trueish", false],
        ["my-canary=true", false],
        ["session=1; my-canary=true", false],
        ["session=canary=true", false],
        ["", false],
      ] as const) {
        expect(matches({ name: "canary", value: "true" }, header), header).to.equal(expected);
      }
      expect(matches({ name: "a.b", value: "x+y|z" }, "q=1; a.b=x+y|z")).to.equal(true);
      expect(matches({ name: "a.b", value: "x+y|z" }, "aab=xxy")).to.equal(false);
    });

    it("holds for callers with limits of their own, and retries POST and PATCH as safely", () => {
      const retries = { attempts: 1, retryOn: ["5xx"] } as const;
      const traffic = {
        weights: { stable: 100, canary: 0 },
        headerRoutes: [{ headers: { canary: "true" }, version: "canary" }],
      } as const;
      const method = { regex: "POST|PATCH" };
      const headers = { canary: { exact: "true" } };
      const from = { sourceLabels: { app: "web" }, sourceNamespace: "shop" };
      const seen = routes({ versions, traffic, resilience: { retries } }, { api: { timeout: "1s" } });
      expect(
        (seen as { name: string; match?: unknown }[]).map(({ name, match }) => [name, match]),
      ).to.deep.equal([
        ["from web canary=true POST|PATCH", [{ ...from, headers, method }]],
        ["from web canary=true", [{ ...from, headers }]],
        ["from web POST|PATCH", [{ ...from, method }]],
        ["from web", [from]],
        ["http canary=true POST|PATCH", [{ headers, method }]],
        ["http canary=true", [{ headers }]],
        ["http POST|PATCH", [{ method }]],
        ["http", undefined],
      ]);
    });

    it("gives the versions' shares to connections, too", () => {
      const ports = { http, tcp, tls: { port: 8443, protocol: "tls" } } as const;
      const found = render({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { api: [{ port: "http" }, { port: "tcp" }] } },
          api: { ports, versions, traffic: { weights: { stable: 90, canary: 10 } } },
        },
      });
      const onTcp = (name: string) => ({ ...subset(name), port: { number: 5432 } });
      expect(find(found, "VirtualService", "api")).to.have.deep.nested.property("spec.tcp", [
        {
          match: [{ port: 5432 }],
          route: [
            { destination: onTcp("canary"), weight: 10 },
            { destination: onTcp("stable"), weight: 90 },
          ],
        },
      ]);
    });

    it("mirrors requests to a version, but not those that it gets anyway", () => {
      const traffic = {
        weights: { stable: 100, canary: 0 },
        headerRoutes: [{ headers: { "x-canary": "true" }, version: "canary" }],
        mirror: { version: "canary", percentage: 12.5 },
      } as const;
      expect(routes({ versions, traffic })).to.deep.equal([
        {
          name: "http x-canary=true",
          match: [{ headers: { "x-canary": { exact: "true" } } }],
          route: [{ destination: subset("canary"), weight: 100 }],
        },
        {
          name: "http",
          route: [{ destination: subset("stable"), weight: 100 }],
          mirror: subset("canary"),
          mirrorPercentage: { value: 12.5 },
        },
      ]);
    });
  });

  it("injects faults on every route of the service", () => {
    const fault = {
      delay: { percentage: 10, fixedDelay: "7s" },
      abort: { percentage: 0.5, httpStatus: 503 },
    } as const;
    expect(routes({ traffic: { fault } }, { api: { timeout: "10s" } })).to.deep.equal(
      [
        {
          name: "from web",
          match: [{ sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
          timeout: "10s",
        },
        { name: "http" },
      ].map((route) => ({
        ...route,
        route: [{ destination }],
        fault: {
          delay: { percentage: { value: 10 }, fixedDelay: "7s" },
          abort: { percentage: { value: 0.5 }, httpStatus: 503 },
        },
      })),
    );
  });

  describe("of a gateway's host", () => {
    const shop: MeshDefinition = {
      name: "shop",
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [
                { prefix: "/", service: "web" },
                { prefix: "/api.v1/", rewrite: "/v1", service: "api", timeout: "5s" },
              ],
            },
          },
        },
      },
      services: {
        web: { ports: { http } },
        api: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 90, v2: 10 } },
          resilience: {
            timeout: "10s",
            retries: { attempts: 1, retryOn: ["gateway-error", "connect-failure"] },
          },
        },
      },
    };
    let objects: Manifest[];
    beforeEach(() => {
      objects = render(shop);
    });

    it("splits, limits and retries as inside the mesh, below a path that it replaces", () => {
      const split = {
        rewrite: { uriRegexRewrite: { match: "^/api\\.v1(/.*)?$", rewrite: "/v1\\1" } },
        route: [
          { destination: { ...destination, subset: "v1" }, weight: 90 },
          { destination: { ...destination, subset: "v2" }, weight: 10 },
        ],
        timeout: "5s",
      };
      const method = { regex: "POST|PATCH" };
      expect(find(objects, "VirtualService", "shop.example.com")).to.deep.equal({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: metadata("shop.example.com", 'gateways.public.hosts["shop.example.com"]'),
        spec: {
          hosts: ["shop.example.com"],
          gateways: ["public"],
          http: [
            {
              name: "/api.v1/ POST|PATCH",
              match: [
                { uri: { exact: "/api.v1" }, method },
                { uri: { prefix: "/api.v1/" }, method },
              ],
              ...split,
              retries: { attempts: 1, retryOn: "connect-failure" },
            },
            {
              name: "/api.v1/",
              match: [{ uri: { exact: "/api.v1" } }, { uri: { prefix: "/api.v1/" } }],
              ...split,
              retries: { attempts: 1, perTryTimeout: "2500ms", retryOn: "gateway-error,connect-failure" },
            },
            {
              name: "/",
              match: [{ uri: { prefix: "/" } }],
              route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 8080 } } }],
            },
          ],
        },
      });
    });

    it("doesn't give the gateway a route inside the mesh", () => {
      const { metadata: own, spec } = find(objects, "VirtualService", "api");
      expect(own).to.deep.equal(metadata("api", "services.api"));
      expect((spec as { http: { name: string }[] }).http.map(({ name }) => name)).to.deep.equal([
        "http POST|PATCH",
        "http",
      ]);
    });

    it("redirects among its routes, and answers browsers that ask for other hosts' pages", () => {
      const hosts = {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          cors: {
            allowOrigins: ["https://app.example.com", "https://admin.example.com"],
            allowMethods: ["GET", "DELETE"],
            allowHeaders: ["authorization"],
            exposeHeaders: ["x-request-id"],
            maxAge: "24h",
            allowCredentials: true,
          },
          routes: [{ prefix: "/", service: "web" }],
          redirects: [{ prefix: "/old", uri: "/new", redirectCode: 308 }],
        },
        "www.example.com": {
          tls: { credentialName: "shop" },
          cors: { allowOrigins: ["https://app.example.com"] },
          routes: [],
          redirects: [{ prefix: "/", authority: "shop.example.com" }],
        },
      } as const;
      const found = render({
        name: "shop",
        services: { web: { ports: { http } } },
        gateways: { public: { hosts } },
      });
      const corsPolicy = {
        allowOrigins: [{ exact: "https://app.example.com" }, { exact: "https://admin.example.com" }],
        allowMethods: ["GET", "DELETE"],
        allowHeaders: ["authorization"],
        exposeHeaders: ["x-request-id"],
        maxAge: "24h",
        allowCredentials: true,
        unmatchedPreflights: "IGNORE",
      };
      expect(find(found, "VirtualService", "shop.example.com").spec).to.deep.equal({
        hosts: ["shop.example.com"],
        gateways: ["public"],
        http: [
          {
            name: "/old",
            match: [{ uri: { exact: "/old" } }, { uri: { prefix: "/old/" } }],
            redirect: { uri: "/new", redirectCode: 308 },
            corsPolicy,
          },
          {
            name: "/",
            match: [{ uri: { prefix: "/" } }],
            route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 8080 } } }],
            corsPolicy,
          },
        ],
      });
      expect(find(found, "VirtualService", "www.example.com").spec).to.deep.equal({
        hosts: ["www.example.com"],
        gateways: ["public"],
        http: [
          {
            name: "/",
            match: [{ uri: { prefix: "/" } }],
            redirect: { authority: "shop.example.com", redirectCode: 301 },
            corsPolicy: {
              allowOrigins: [{ exact: "https://app.example.com" }],
              allowMethods: ["GET", "HEAD", "POST"],
              allowCredentials: false,
              unmatchedPreflights: "IGNORE",
            },
          },
        ],
      });
    });

    it("is one for each release that serves it, such as inside and outside", () => {
      const host = (credentialName: string, prefix: string) => ({
        hosts: { "api.example.com": { tls: { credentialName }, routes: [{ prefix, service: "web" }] } },
      });
      const found = render({
        name: "shop",
        services: { web: { ports: { http } } },
        gateways: {
          inside: { release: "istio-inside", ...host("inside", "/") },
          outside: host("outside", "/v1"),
        },
      } as MeshDefinition);
      const gatewaysOf = (name: string) =>
        (find(found, "VirtualService", name).spec as { gateways: unknown }).gateways;
      expect(gatewaysOf("api.example.com")).to.deep.equal(["outside"]);
      expect(gatewaysOf("api.example.com-istio-inside")).to.deep.equal(["inside"]);
    });

    for (const [path, rewritten] of [
      ["/api.v1", "/v1"],
      ["/api.v1/", "/v1/"],
      ["/api.v1/x/y", "/v1/x/y"],
    ] as const) {
      it(`rewrites ${path} to ${rewritten}`, () => {
        const { spec } = find(objects, "VirtualService", "shop.example.com");
        const rewrite = (spec as { http: { rewrite?: { uriRegexRewrite: Record<string, string> } }[] })
          .http[0]?.rewrite?.uriRegexRewrite;
        const replacement = (rewrite?.rewrite ?? "").replace("\\1", "$1");
        expect(path.replace(new RegExp(rewrite?.match ?? ""), replacement)).to.equal(rewritten);
      });
    }
  });
});
