import { expect } from "chai";
import type { GatewayHostDefinition, MeshDefinition } from "../../catalog";
import { meshConfig } from "../../components/meshConfig";
import { checkMesh, type Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

const grpc = { port: 9191, protocol: "grpc" } as const;
const tls = { credentialName: "shop" };

const catalog = (host: Partial<GatewayHostDefinition> = {}): MeshDefinition => ({
  name: "shop",
  services: {
    web: { ports: { http }, extAuthz: { provider: "opa", notPaths: ["/healthz"] } },
    store: { ports: { http, sql: { port: 5432, protocol: "tcp" } }, extAuthz: { provider: "opa" } },
    opa: { ports: { grpc } },
  },
  externalServices: {
    login: {
      host: "login.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      tls: { mode: "SIMPLE" },
    },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls, routes: [{ prefix: "/", service: "web" }], ...host },
        "open.example.com": { tls, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
  extensionProviders: {
    opa: { envoyExtAuthzGrpc: { service: "opa", timeout: "500ms", statusOnError: 503 } },
    login: {
      envoyExtAuthzHttp: {
        service: "login",
        pathPrefix: "/check/",
        includeRequestHeadersInCheck: ["cookie"],
        includeRequestBodyInCheck: { maxRequestBytes: 1024 },
      },
    },
  },
});

const atGateway = (objects: readonly Manifest[]): unknown =>
  find(objects, "AuthorizationPolicy", "istio-ingress-shop.ext-authz").spec;

describe("extAuthzPolicy", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render(catalog({ extAuthz: { provider: "login", paths: ["/app/*"], notPaths: ["/app/x"] } }));
  });

  it("has the provider decide requests to the HTTP ports of a service", () => {
    expect(find(objects, "AuthorizationPolicy", "web.ext-authz")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: metadata("web.ext-authz", "services.web.extAuthz"),
      spec: {
        selector: { matchLabels: { app: "web" } },
        action: "CUSTOM",
        provider: { name: "opa" },
        rules: [{ to: [{ operation: { ports: ["8080"], notPaths: ["/healthz"] } }] }],
      },
    });
    expect(find(objects, "AuthorizationPolicy", "store.ext-authz").spec).to.deep.include({
      rules: [{ to: [{ operation: { ports: ["8080"] } }] }],
    });
  });

  it("names the host and the paths at a gateway, and no other host", () => {
    expect(atGateway(objects)).to.deep.equal({
      selector: { matchLabels: { istio: "ingress" } },
      action: "CUSTOM",
      provider: { name: "login" },
      rules: [
        {
          to: [
            {
              operation: {
                hosts: ["shop.example.com", "shop.example.com:*"],
                paths: ["/app/*"],
                notPaths: ["/app/x"],
              },
            },
          ],
        },
      ],
    });
    const names = render(catalog()).map(({ metadata: { name } }) => name);
    expect(names).not.to.include("istio-ingress-shop.ext-authz");
  });

  it("leaves out preflight requests, which the gateway answers, and no other OPTIONS request", () => {
    const cors = { allowOrigins: ["https://app.example.com"] } as const;
    const hosts = ["shop.example.com", "shop.example.com:*"];
    const options = [{ operation: { hosts, methods: ["OPTIONS"] } }];
    expect(atGateway(render(catalog({ extAuthz: { provider: "login" }, cors })))).to.deep.include({
      rules: [
        { to: [{ operation: { hosts, notMethods: ["OPTIONS"] } }] },
        {
          to: options,
          when: [
            {
              key: "request.headers[access-control-request-method]",
              notValues: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"],
            },
          ],
        },
        { to: options, when: [{ key: "request.headers[origin]", notValues: ["http*"] }] },
      ],
    });
  });

  it("lets the proxies call their provider, and no others", () => {
    const check = { methods: ["POST"], paths: ["/envoy.service.auth.v3.Authorization/Check"] };
    const rules = ["store", "web"].map((name) => ({
      from: [{ source: { principals: [`cluster.local/ns/shop/sa/${name}`] } }],
      to: [{ operation: { ports: ["9191"], ...check } }],
    }));
    expect(find(objects, "AuthorizationPolicy", "opa").spec).to.deep.include({ rules });
    expect(find(objects, "Sidecar", "web").spec).to.deep.include({
      egress: [{ hosts: ["shop/opa.shop.svc.cluster.local"] }],
    });
  });

  it("shows an external provider to the gateway's namespace", () => {
    expect(find(objects, "ServiceEntry", "login").spec).to.deep.include({ exportTo: [".", "istio-ingress"] });
  });

  it("declares the providers in the mesh configuration, with timeouts and closed on failure", () => {
    const { mesh } = checkMesh(catalog());
    if (!mesh) throw new Error("the catalog has errors");
    expect(meshConfig(mesh).extensionProviders).to.deep.equal([
      {
        name: "login",
        envoyExtAuthzHttp: {
          service: "shop/login.example.com",
          port: 80,
          pathPrefix: "/check/",
          includeRequestHeadersInCheck: ["cookie"],
          includeRequestBodyInCheck: { maxRequestBytes: 1024 },
          timeout: "1s",
          failOpen: false,
        },
      },
      {
        name: "opa",
        envoyExtAuthzGrpc: {
          service: "shop/opa.shop.svc.cluster.local",
          port: 9191,
          timeout: "500ms",
          statusOnError: "503",
          failOpen: false,
        },
      },
    ]);
  });
});
