import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";

describe("authorizationPolicy", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      jwtRules: [{ issuer: "https://b.example.com" }, { issuer: "https://a.example.com" }],
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [{ prefix: "/api", rewrite: "/", service: "api", port: "http", endUser: {} }],
            },
          },
        },
      },
      services: {
        web: {
          ports: { http },
          calls: {
            api: [
              {
                port: "http",
                methods: ["POST", "GET"],
                paths: ["/v2/*", "/v1"],
                endUser: {
                  issuer: "https://b.example.com",
                  claims: { roles: ["b", "a"], realm_access: { "https://example.com/roles": ["c"] } },
                },
              },
              { port: "admin" },
            ],
            store: {},
          },
        },
        api: { ports: { http, admin: { port: 9090, targetPort: 90, protocol: "http" } } },
        store: { ports: { tcp } },
        lonely: { ports: { http } },
      },
    });
  });

  it("denies everything that no other allows", () => {
    expect(find(objects, "AuthorizationPolicy", "default-deny")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: metadata("default-deny", "namespace"),
      spec: {},
    });
  });

  it("allows what the edges to a service say, one rule each, in the annotation's order", () => {
    const edges = [
      'gateways.public.hosts["shop.example.com"].routes[0]',
      "services.web.calls.api[0]",
      "services.web.calls.api[1]",
    ];
    expect(find(objects, "AuthorizationPolicy", "api")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: metadata("api", edges.join(",")),
      spec: {
        selector: { matchLabels: { app: "api" } },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } }],
            to: [{ operation: { ports: ["8080"] } }],
            when: [
              {
                key: "request.auth.claims[iss]",
                values: ["https://a.example.com", "https://b.example.com"],
              },
            ],
          },
          {
            from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
            to: [{ operation: { ports: ["8080"], methods: ["GET", "POST"], paths: ["/v1", "/v2/*"] } }],
            when: [
              { key: "request.auth.claims[iss]", values: ["https://b.example.com"] },
              { key: "request.auth.claims[realm_access][https://example.com/roles]", values: ["c"] },
              { key: "request.auth.claims[roles]", values: ["a", "b"] },
            ],
          },
          {
            from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
            // The port that the pod listens on: what the Service calls it is unknown there.
            to: [{ operation: { ports: ["90"] } }],
          },
        ],
      },
    });
  });

  it("has one rule for routes of a gateway that admit the same, and names each of them", () => {
    const routes = ["/a", "/b", "/c"].map((prefix) => ({ prefix, service: "web", timeout: "5s" }) as const);
    const found = find(
      render({
        name: "shop",
        gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } } },
        services: { web: { ports: { http } } },
      } as MeshDefinition),
      "AuthorizationPolicy",
      "web",
    );
    expect((found.spec as { rules: unknown }).rules).to.deep.equal([
      {
        from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } }],
        to: [{ operation: { ports: ["8080"] } }],
      },
    ]);
    expect(found.metadata.annotations).to.deep.equal({
      "meshwright.dev/from": [0, 1, 2]
        .map((i) => `gateways.public.hosts["shop.example.com"].routes[${i}]`)
        .join(","),
    });
  });

  it("knows connections only on TCP ports", () => {
    expect(find(objects, "AuthorizationPolicy", "store").spec).to.deep.equal({
      selector: { matchLabels: { app: "store" } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
          to: [{ operation: { ports: ["5432"] } }],
        },
      ],
    });
  });

  it("admits callers that the catalog doesn't declare, by their account or by their namespace", () => {
    const found = render({
      name: "shop",
      services: {
        web: {
          ports: { http, admin: { port: 9090, targetPort: 90, protocol: "http" } },
          admit: {
            prometheus: { namespace: "monitoring", port: "admin", methods: ["GET"], paths: ["/metrics"] },
            backup: { namespace: "jobs", serviceAccount: "backup", port: "http" },
          },
        },
      },
    });
    const { metadata: own, spec } = find(found, "AuthorizationPolicy", "web");
    expect(own).to.deep.equal(metadata("web", "services.web.admit.backup,services.web.admit.prometheus"));
    expect(spec).to.deep.equal({
      selector: { matchLabels: { app: "web" } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/jobs/sa/backup"] } }],
          to: [{ operation: { ports: ["8080"] } }],
        },
        {
          from: [{ source: { namespaces: ["monitoring"] } }],
          to: [{ operation: { ports: ["90"], methods: ["GET"], paths: ["/metrics"] } }],
        },
      ],
    });
  });

  it("leaves services without callers to the default deny", () => {
    const names = objects
      .filter(({ kind }) => kind === "AuthorizationPolicy")
      .map((object) => object.metadata.name);
    expect(names).to.deep.equal(["api", "default-deny", "store"]);
  });

  describe("of a service to which a gateway has several routes", () => {
    const operations = (...routes: object[]): unknown[] => {
      const policy = find(
        render({
          name: "shop",
          jwtRules: [{ issuer: "https://a.example.com" }],
          services: { api: { ports: { http } } },
          gateways: {
            public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } },
          },
        } as MeshDefinition),
        "AuthorizationPolicy",
        "api",
      );
      const { rules } = policy.spec as {
        rules: { to: { operation: object }[]; when?: { key: string }[] }[];
      };
      return rules.map(({ to, when = [] }) => [to[0]?.operation, ...when.map(({ key }) => key)]);
    };
    const ports = ["8080"];
    const endUser = { claims: { roles: ["admin"] } };
    const asksRole = "request.auth.claims[roles]";

    it("limits each rule to its route's paths, and never excludes a path", () => {
      expect(
        operations({ prefix: "/", service: "api", endUser }, { prefix: "/public", service: "api" }),
      ).to.deep.equal([[{ ports }, asksRole], [{ ports, paths: ["/public", "/public/*"] }]]);
      expect(
        operations(
          { prefix: "/open", service: "api", methods: ["GET"] },
          { prefix: "/closed/", rewrite: "/", service: "api", paths: ["/keys/*"], endUser },
        ),
      ).to.deep.equal([
        [{ ports, methods: ["GET"], paths: ["/open", "/open/*"] }],
        [{ ports, paths: ["/keys/*"] }, asksRole],
      ]);
    });

    it("holds methods to their paths, too", () => {
      expect(
        operations(
          { prefix: "/", service: "api", methods: ["GET"], endUser },
          { prefix: "/cart", service: "api", methods: ["GET", "POST"], endUser },
        ),
      ).to.deep.equal([
        [{ ports, methods: ["GET"] }, asksRole],
        [{ ports, methods: ["GET", "POST"], paths: ["/cart", "/cart/*"] }, asksRole],
      ]);
    });

    it("gives them one rule without paths where they admit the same", () => {
      expect(
        operations(
          { prefix: "/", service: "api", endUser },
          { prefix: "/cart", service: "api", timeout: "9s", endUser },
        ),
      ).to.deep.equal([[{ ports }, asksRole]]);
    });
  });
});
