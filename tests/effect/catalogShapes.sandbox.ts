import { expect } from "chai";
import { defineMesh } from "../../catalog";
import { modelOf } from "../../checks/meshModel";
import { dryRunResults, mayCall, type PlainObject, type Request } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { type Istiod, keyOf } from "../../prove/xds/istiod";
import { type Json, listOf, objectOf } from "../../prove/xds/json";
import { configurationOf } from "../../prove/xds/proxy";
import { envoyAllows } from "./envoyAccess";
import { istiodOfFiles, sidecarOf } from "./istiodOfFiles";

const http = { port: 8080, protocol: "http" } as const;
const issuer = "https://auth.example.com";

const catalog = defineMesh({
  name: "shop",
  services: {
    web: { ports: { http }, calls: { cart: { port: "http" } } },
    other: {
      ports: { http },
      calls: {
        cart: [
          { port: "http", dryRun: { methods: ["GET"], paths: ["/items/*"] } },
          { port: "sql", dryRun: "denied" },
        ],
      },
    },
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

const brownfield = defineMesh({
  name: "dry",
  authorization: "dryRun",
  services: {
    web: { calls: { api: { methods: ["GET"] } } },
    api: { ports: { http }, deny: { others: { notPaths: ["/v1/*"] } } },
  },
});

describe("denied, decided, delegated and direct requests, and a real istiod", () => {
  let istiod: Istiod | undefined;
  const { mesh } = checkMesh(catalog);
  if (!mesh) throw new Error("the catalog has errors");
  const objects = renderMesh(mesh);
  const istio = objects.filter(({ apiVersion }) => apiVersion.includes("istio.io/"));

  const { mesh: dry } = checkMesh(brownfield);
  if (!dry) throw new Error("the catalog of dry runs has errors");
  const dryObjects = renderMesh(dry);
  const dryIstio = dryObjects.filter(({ apiVersion }) => apiVersion.includes("istio.io/"));

  // Without a cluster, the ports of a pod come from a ServiceEntry.
  const pod = (namespace: string, name: string, address: string, ports: readonly object[]): PlainObject => ({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace },
    spec: {
      hosts: [`${name}.${namespace}.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports,
      endpoints: [{ address, labels: { app: name } }],
    },
  });
  const httpPort = { number: 8080, name: "http", protocol: "HTTP" };

  before(async () => {
    istiod = await istiodOfFiles([
      ...istio,
      pod("shop", "cart", "10.99.0.1", [httpPort, { number: 9000, name: "sql", protocol: "TCP" }]),
      ...dryIstio,
      pod("dry", "api", "10.99.0.2", [httpPort]),
    ]);
  });
  after(async () => {
    await istiod?.stop();
  });

  it("accepts every object", async () => {
    const accepted = await istiod?.accepted();
    expect([...istio, ...dryIstio].map(keyOf).filter((key) => accepted?.has(key) !== true)).to.deep.equal([]);
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

  it("evaluates dry runs beside what is enforced, by action, as the model does", async () => {
    if (!istiod) throw new Error("there is no istiod");
    const requests = ["web", "other", "stranger"].flatMap((serviceAccount) =>
      ["shop", "dry"].flatMap((namespace): Request[] => {
        const client = { identity: { trustDomain: "cluster.local", namespace, serviceAccount } };
        return ["GET", "PUT"].flatMap((method) =>
          ["/items/1", "/v1/a", "/v2"].map((path) => ({ ...client, port: 8080, method, path })),
        );
      }),
    );
    const sql: Request = {
      identity: { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "other" },
      port: 9000,
      protocol: "tcp",
    };
    const cases = [
      { of: mesh, rendered: objects, name: "cart", address: "10.99.0.1", sent: [...requests, sql] },
      { of: dry, rendered: dryObjects, name: "api", address: "10.99.0.2", sent: requests },
    ];
    const answers = [];
    for (const { of, rendered, name, address, sent } of cases) {
      const model = modelOf(of, rendered);
      const workload = model.workloads.find((one) => one.name === name);
      if (!workload) throw new Error(`there is no ${name}`);
      const { listeners } = await configurationOf(istiod, sidecarOf(workload, address));
      for (const request of sent) {
        for (const { action, answer } of dryRunResults(model, workload, request)) {
          const shadow = shadowOf(listeners, `istio_dry_run_${action.toLowerCase()}_`);
          const real = envoyAllows(shadow, request) ? "allowed" : "denied";
          answers.push({ name, request: JSON.stringify(request), action, model: answer, real });
        }
        // Nothing of the brownfield catalog is enforced.
        if (of === dry) expect(envoyAllows(listeners, request)).to.equal(true);
      }
    }
    expect(answers.filter((one) => one.model !== one.real)).to.deep.equal([]);
    const kinds = answers.map(({ name, action, real }) => `${name} ${action} ${real}`);
    expect([...new Set(kinds)].sort()).to.deep.equal([
      "api ALLOW allowed",
      "api ALLOW denied",
      "api DENY allowed",
      "api DENY denied",
      "cart ALLOW allowed",
      "cart ALLOW denied",
    ]);
    expect(answers.find(({ request }) => request === JSON.stringify(sql))).to.include({ real: "denied" });
  });
});

/** The listeners with the shadow rules of one prefix enforced, and no other rules. */
function shadowOf(listeners: readonly Json[], prefix: string): Json[] {
  const swapped = (filter: Json): Json => {
    const config = objectOf(filter.typedConfig);
    if (String(config["@type"]).endsWith("HttpConnectionManager")) {
      return { ...filter, typedConfig: { ...config, httpFilters: listOf(config.httpFilters).map(swapped) } };
    }
    if (!String(config["@type"]).endsWith(".RBAC")) return filter;
    const rules = config.shadowRulesStatPrefix === prefix ? config.shadowRules : undefined;
    return { ...filter, typedConfig: { ...config, rules } };
  };
  return listeners.map((listener) => ({
    ...listener,
    filterChains: listOf(listener.filterChains).map((chain) => ({
      ...chain,
      filters: listOf(chain.filters).map(swapped),
    })),
  }));
}
