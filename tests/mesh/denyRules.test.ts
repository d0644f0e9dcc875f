import { expect } from "chai";
import type { DenyDefinition, MeshDefinition } from "../../catalog";
import { mayCall, type Request } from "../../effect";
import { modelOf } from "../../checks/meshModel";
import { checkMesh } from "../../mesh";
import { find, http, metadata, render, tcp } from "./render";

const catalog = (deny: Readonly<Record<string, DenyDefinition>>): MeshDefinition => ({
  name: "shop",
  jwtRules: [{ issuer: "https://auth.example.com" }],
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/", service: "cart", port: "http", methods: ["GET"], endUser: {} }],
        },
      },
    },
  },
  services: {
    web: { ports: { http }, calls: { cart: [{ port: "http" }, { port: "tcp" }] } },
    cart: {
      ports: { http, tcp, grpc: { port: 9000, targetPort: 90, protocol: "grpc" } },
      admit: { billing: { namespace: "finance", port: "http" } },
      deny,
    },
  },
});

const rulesOf = (deny: Readonly<Record<string, DenyDefinition>>): unknown =>
  (find(render(catalog(deny)), "AuthorizationPolicy", "cart.deny").spec as { rules: unknown }).rules;

describe("denyRules", () => {
  it("render one policy with the action DENY, and none without a rule", () => {
    const objects = render(catalog({ admin: { paths: ["/admin/*"], notCallers: ["web"] } }));
    expect(find(objects, "AuthorizationPolicy", "cart.deny")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: metadata("cart.deny", "services.cart.deny.admin"),
      spec: {
        selector: { matchLabels: { app: "cart" } },
        action: "DENY",
        rules: [
          {
            from: [{ source: { notPrincipals: ["cluster.local/ns/shop/sa/web"] } }],
            to: [{ operation: { ports: ["8080", "90"], paths: ["/admin/*"] } }],
          },
        ],
      },
    });
    expect(objects.filter(({ metadata: { name } }) => name === "web.deny")).to.deep.equal([]);
  });

  it("name the HTTP ports if they are about requests, and otherwise none, unless the rule names one", () => {
    expect(rulesOf({ one: { notIpBlocks: ["10.0.0.0/8"] } })).to.deep.equal([
      { from: [{ source: { notIpBlocks: ["10.0.0.0/8"] } }] },
    ]);
    expect(rulesOf({ one: { port: "tcp", notCallers: ["web"] } })).to.deep.equal([
      {
        from: [{ source: { notPrincipals: ["cluster.local/ns/shop/sa/web"] } }],
        to: [{ operation: { ports: ["5432"] } }],
      },
    ]);
  });

  it("have a source for identities and one for namespaces, both with all exceptions", () => {
    const rule = {
      callers: ["billing", "public"],
      notCallers: ["web"],
      notIpBlocks: ["10.0.0.1"],
      methods: ["PUT"],
    } as const;
    const excepted = { notPrincipals: ["cluster.local/ns/shop/sa/web"], notIpBlocks: ["10.0.0.1"] };
    expect(rulesOf({ one: rule })).to.deep.equal([
      {
        from: [
          {
            source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"], ...excepted },
          },
          { source: { namespaces: ["finance"], ...excepted } },
        ],
        to: [{ operation: { ports: ["8080", "90"], methods: ["PUT"] } }],
      },
    ]);
  });

  it("have sorted identities, namespaces and issuers, and no source for a rule without one", () => {
    expect(rulesOf({ one: { notPaths: ["/items/*"] } })).to.deep.equal([
      { to: [{ operation: { ports: ["8080", "90"], notPaths: ["/items/*"] } }] },
    ]);
    expect(rulesOf({ one: { callers: ["web", "public"], notMethods: ["GET"] } })).to.deep.equal([
      {
        from: [
          {
            source: {
              principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress", "cluster.local/ns/shop/sa/web"],
            },
          },
        ],
        to: [{ operation: { ports: ["8080", "90"], notMethods: ["GET"] } }],
      },
    ]);
    const admit = { b: { namespace: "stock", port: "http" }, a: { namespace: "bank", port: "http" } };
    const issuers = ["https://b.example.com", "https://a.example.com"];
    const { services, ...rest } = catalog({
      one: { ipBlocks: ["10.0.0.0/8"], port: "http", notCallers: ["web", "b", "a"], notEndUser: {} },
    });
    const objects = render({
      ...rest,
      jwtRules: issuers.map((issuer) => ({ issuer })),
      gateways: {},
      services: { ...services, cart: { ...services.cart, admit } },
    });
    expect(find(objects, "AuthorizationPolicy", "cart.deny").spec).to.deep.include({
      rules: [
        {
          from: [
            {
              source: {
                ipBlocks: ["10.0.0.0/8"],
                notNamespaces: ["bank", "stock"],
                notPrincipals: ["cluster.local/ns/shop/sa/web"],
              },
            },
          ],
          to: [{ operation: { ports: ["8080"] } }],
          when: [{ key: "request.auth.claims[iss]", notValues: issuers.toSorted() }],
        },
      ],
    });
  });

  it("except a token only if all of its claims are as listed", () => {
    const allows = decide({
      one: { paths: ["/admin"], notEndUser: { claims: { roles: ["admin"], tenant: ["shop"] } } },
    });
    const iss = "https://auth.example.com";
    expect(allows({ path: "/admin" })).to.equal("denied");
    expect(allows({ path: "/admin", claims: { iss, roles: ["admin"] } })).to.equal("denied");
    expect(allows({ path: "/admin", claims: { iss, tenant: "shop" } })).to.equal("denied");
    expect(allows({ path: "/admin", claims: { iss, roles: ["admin"], tenant: "shop" } })).to.equal("allowed");
    expect(allows({ path: "/items" })).to.equal("allowed");
  });

  it("deny tokens with a claim, and leave connections alone", () => {
    const allows = decide({ one: { endUser: { claims: { plan: ["suspended"] } }, notMethods: ["GET"] } });
    const claims = { iss: "https://auth.example.com", plan: "suspended" };
    expect(allows({ method: "POST", claims })).to.equal("denied");
    expect(allows({ method: "GET", claims })).to.equal("allowed");
    expect(allows({ method: "POST" })).to.equal("allowed");
    expect(allows({ port: 5432, protocol: "tcp" })).to.equal("allowed");
  });

  it("read tokens in the service's namespace, even if no call requires one", () => {
    const rule = { paths: ["/admin"], notEndUser: {} } as const;
    const objects = render({ ...catalog({ one: rule }), gateways: {} });
    expect(find(objects, "RequestAuthentication", "default").spec).to.have.property("jwtRules");
  });
});

/** What the model says to requests of web. */
function decide(deny: Readonly<Record<string, DenyDefinition>>): (request: Partial<Request>) => string {
  const definition = catalog(deny);
  const { mesh } = checkMesh(definition);
  if (!mesh) throw new Error("the catalog has errors");
  const model = modelOf(mesh, render(definition));
  const cart = model.workloads.find(({ name }) => name === "cart");
  if (!cart) throw new Error("there is no cart");
  const identity = { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" };
  return (request) => mayCall(model, cart, { identity, port: 8080, ...request }).answer;
}
