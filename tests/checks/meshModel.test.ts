import { expect } from "chai";
import { type CheckedMesh, gatewayServices, gatewayWorkloads, modelOf } from "../../checks";
import { checkMesh, renderMesh } from "../../mesh";

const http = { port: 80, targetPort: 8080, protocol: "http" };
const host = (port?: number): object => ({
  ...(port !== undefined && { port }),
  tls: { credentialName: "shop" },
  routes: [{ prefix: "/", service: "web" }],
});

/** A mesh in which `web` adopts its Service and has a selector of its own, and `api` has a workload. */
function meshOf(more: object = {}): CheckedMesh {
  const { mesh, findings } = checkMesh({
    name: "shop",
    rootNamespace: "mesh",
    trustDomain: "shop.example",
    services: {
      web: { ports: { http }, selector: { tier: "front" } },
      api: {
        ports: { grpc: { port: 9090, protocol: "grpc" } },
        workload: { image: "registry.example.com/api:1" },
      },
    },
    ...more,
  });
  if (mesh === undefined) throw new Error(JSON.stringify(findings));
  return mesh;
}
const pods = { namespace: "edge", serviceAccount: "edge", selector: { app: "edge" } };

describe("checks/meshModel", () => {
  it("has the root namespace and the trust domain of the catalog", () => {
    const mesh = meshOf();
    expect(modelOf(mesh, []).settings).to.include({ rootNamespace: "mesh", trustDomain: "shop.example" });
    expect(modelOf(mesh, [], { rootNamespace: "other" }).settings.rootNamespace).to.equal("other");
  });

  it("has the pods of other tools as the catalog describes them, and rendered ones once", () => {
    const mesh = meshOf();
    const { workloads } = modelOf(mesh, renderMesh(mesh));
    expect(workloads.map(({ name }) => name)).to.deep.equal(["api", "web"]);
    expect(workloads[1]).to.deep.equal({
      name: "web",
      namespace: "shop",
      labels: { tier: "front" },
      serviceAccount: "web",
      proxy: "sidecar",
      ports: [8080],
    });
    expect(modelOf(mesh, []).workloads.map(({ name }) => name)).to.deep.equal(["web"]);
  });

  it("gives the pods of other tools no proxy where the Namespace does not inject one", () => {
    const mesh = meshOf();
    const proxies = (labels: object): unknown[] => {
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } };
      return modelOf(mesh, [namespace]).workloads.map(({ proxy }) => proxy);
    };
    expect(proxies({ "istio-injection": "enabled" })).to.deep.equal(["sidecar"]);
    expect(proxies({ "istio.io/rev": "stable" })).to.deep.equal(["sidecar"]);
    expect(proxies({ "istio-injection": "disabled" })).to.deep.equal(["none"]);
    expect(proxies({})).to.deep.equal(["none"]);
    const other = { apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } };
    expect(modelOf(mesh, [other]).workloads.map(({ proxy }) => proxy)).to.deep.equal(["sidecar"]);
    const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shop" } };
    expect(modelOf(mesh, [configMap]).workloads.map(({ proxy }) => proxy)).to.deep.equal(["sidecar"]);
  });

  it("has a Service for each service, even if none is rendered", () => {
    const mesh = meshOf();
    const bare = modelOf(mesh, []).services;
    expect(bare.map((one) => one.host)).to.deep.equal([
      "api.shop.svc.cluster.local",
      "web.shop.svc.cluster.local",
    ]);
    expect(bare[1]).to.deep.include({
      selector: { tier: "front" },
      ports: [{ number: 80, name: "http", protocol: "http", target: 8080 }],
    });
    const rendered = modelOf(mesh, renderMesh(mesh)).services;
    expect(rendered.map((one) => one.host)).to.deep.equal(bare.map((one) => one.host));
  });

  it("adds the selector of the catalog to a Service of another tool, and leaves one that has a selector", () => {
    const mesh = meshOf();
    const selectors = (metadata: object, spec: unknown, kind = "Service"): unknown[] =>
      modelOf(mesh, [{ apiVersion: "v1", kind, metadata, spec }])
        .services.filter(({ host: name }) => name === "web.shop.svc.cluster.local")
        .map(({ selector }) => selector);
    const web = { name: "web", namespace: "shop" };
    const ports = [{ port: 80, protocol: "TCP", appProtocol: "http" }];
    expect(selectors(web, { ports })).to.deep.equal([{ tier: "front" }]);
    expect(selectors(web, { ports, selector: { app: "web" } })).to.deep.equal([{ app: "web" }]);
    // Those of other names and kinds are not the service's.
    expect(selectors({ ...web, namespace: "other" }, { ports })).to.deep.equal([{ tier: "front" }]);
    const others = modelOf(mesh, [
      { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "other" }, spec: { ports } },
    ]);
    expect(others.services.find(({ namespace }) => namespace === "other")?.selector).to.equal(undefined);
    expect(selectors(web, "none")).to.deep.equal([undefined]);
  });

  it("has the pods and the Service of each gateway's release, with the ports of all its hosts", () => {
    const mesh = meshOf({
      gateways: {
        public: { hosts: { "a.example.com": host(), "b.example.com": host(8443) } },
        second: { hosts: { "c.example.com": host(9443) } },
        given: { ...pods, hosts: { "d.example.com": host(7443) } },
      },
    });
    const port = (name: string, number: number): object => ({ name, port: number, targetPort: number });
    const ports = [port("http2", 80), port("https", 443), port("port-8443", 8443), port("port-9443", 9443)];
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-ingress", namespace: "istio-ingress" },
      spec: { selector: { istio: "ingress" }, ports },
    };
    expect(gatewayServices(mesh, new Set())).to.deep.equal([service]);
    expect(gatewayServices(mesh, new Set(["istio-ingress/istio-ingress"]))).to.deep.equal([]);
    expect(gatewayServices(mesh, new Set(["shop/istio-ingress"]))).to.deep.equal([service]);
    const proxy = "gateway";
    expect(gatewayWorkloads(mesh)).to.deep.equal([
      { name: "given-shop", namespace: "edge", serviceAccount: "edge", labels: { app: "edge" }, proxy },
      {
        name: "istio-ingress-shop",
        namespace: "istio-ingress",
        serviceAccount: "istio-ingress",
        labels: { istio: "ingress" },
        proxy,
      },
    ]);
    const model = modelOf(mesh, []);
    expect(model.workloads.map(({ name }) => name)).to.deep.equal([
      "given-shop",
      "istio-ingress-shop",
      "web",
    ]);
    expect(model.services.map((one) => one.host)).to.include("istio-ingress.istio-ingress.svc.cluster.local");
  });
});
