import { expect } from "chai";
import { defineMesh } from "../../catalog";
import { modelOf } from "../../checks/meshModel";
import { mayCall, type PlainObject, type Request } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { type Istiod, keyOf } from "../../prove/xds/istiod";
import { configurationOf } from "../../prove/xds/proxy";
import { envoyAllows } from "./envoyAccess";
import { istiodOfFiles, sidecarOf } from "./istiodOfFiles";

const http = { port: 8080, protocol: "http" } as const;
const issuer = "https://auth.example.com";

const catalog = defineMesh({
  name: "shop",
  services: {
    web: { ports: { http }, calls: { cart: { port: "http" } } },
    other: { ports: { http }, calls: { cart: [{ port: "http" }, { port: "sql" }] } },
    cart: {
      ports: { http, sql: { port: 9000, protocol: "tcp" } },
      deny: {
        admin: { paths: ["/admin/*"], notCallers: ["web"] },
        deletions: { methods: ["DELETE"], notEndUser: { claims: { roles: ["admin"], tenant: ["shop"] } } },
        internals: { notPaths: ["/items/*", "/admin/*"] },
      },
    },
    api: { ports: { http }, extAuthz: { provider: "opa", notPaths: ["/healthz"] } },
    opa: { ports: { grpc: { port: 9191, protocol: "grpc" } } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          acmeHttp01: true,
          cors: { allowOrigins: ["https://app.example.com"] },
          extAuthz: { provider: "opa", notPaths: ["/.well-known/acme-challenge/*"] },
          routes: [{ prefix: "/", service: "api" }],
          directResponses: [
            { match: { uri: { exact: "/robots.txt" } }, status: 200, body: { string: "Disallow: /" } },
            { prefix: "/down", status: 503, body: { bytes: "RG93bg==" } },
          ],
          delegates: [{ prefix: "/blog", delegate: { name: "articles", namespace: "shop" } }],
        },
      },
    },
  },
  delegates: {
    articles: { exportTo: "shop", prefix: "/blog", routes: [{ prefix: "/blog/news", service: "web" }] },
  },
  extensionProviders: { opa: { envoyExtAuthzGrpc: { service: "opa" } } },
  jwtRules: [{ issuer, jwks: '{"keys":[]}' }],
});

describe("denied, decided, delegated and direct requests, and a real istiod", () => {
  let istiod: Istiod | undefined;
  const { mesh } = checkMesh(catalog);
  if (!mesh) throw new Error("the catalog has errors");
  const objects = renderMesh(mesh);
  const istio = objects.filter(({ apiVersion }) => apiVersion.includes("istio.io/"));

  // Without a cluster, the ports of cart's pod come from a ServiceEntry.
  const pod: PlainObject = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "cart", namespace: "shop" },
    spec: {
      hosts: ["cart.shop.svc.cluster.local"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [
        { number: 8080, name: "http", protocol: "HTTP" },
        { number: 9000, name: "sql", protocol: "TCP" },
      ],
      endpoints: [{ address: "10.99.0.1", labels: { app: "cart" } }],
    },
  };

  before(async () => {
    istiod = await istiodOfFiles([...istio, pod]);
  });
  after(async () => {
    await istiod?.stop();
  });

  it("accepts every object", async () => {
    const accepted = await istiod?.accepted();
    expect(istio.map(keyOf).filter((key) => accepted?.has(key) !== true)).to.deep.equal([]);
  });

  it("denies what the DENY rules say, as the model does", async () => {
    if (!istiod) throw new Error("there is no istiod");
    const model = modelOf(mesh, objects);
    const cart = model.workloads.find(({ name }) => name === "cart");
    if (!cart) throw new Error("there is no cart");
    const { listeners } = await configurationOf(istiod, sidecarOf(cart, "10.99.0.1"));
    const iss = { iss: issuer };
    const tokens = [
      undefined,
      iss,
      { ...iss, roles: ["admin"] },
      { ...iss, roles: ["admin"], tenant: "shop" },
    ];
    const requests = ["web", "other", "stranger"].flatMap((serviceAccount): Request[] => {
      const identity = { trustDomain: "cluster.local", namespace: "shop", serviceAccount };
      return [
        { identity, port: 9000, protocol: "tcp" },
        ...["GET", "DELETE"].flatMap((method) =>
          ["/items/1", "/admin/1", "/secret"].flatMap((path) =>
            tokens.map((claims): Request => ({
              identity,
              port: 8080,
              method,
              path,
              ...(claims && { claims }),
            })),
          ),
        ),
      ];
    });
    const answers = requests.map((request) => ({
      request: JSON.stringify(request),
      model: mayCall(model, cart, request).answer,
      istiod: envoyAllows(listeners, request) ? "allowed" : "denied",
    }));
    expect(answers.filter((one) => one.model !== one.istiod)).to.deep.equal([]);
    expect(answers.filter((one) => one.istiod === "allowed")).to.have.length.within(10, answers.length - 10);
  });
});
