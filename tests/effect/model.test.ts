import { expect } from "chai";
import { readObjects, type PlainObject } from "../../effect";
import { object } from "./objects";

const pod = (labels: object, more: object = {}): object => ({
  metadata: { labels, ...more },
  spec: {
    serviceAccountName: "web",
    containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }],
  },
});
const deployment = (template: object): PlainObject => object("Deployment", "shop/web", { template });
const namespace = (labels: object): PlainObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels },
});
const proxies = (...objects: PlainObject[]): (string | undefined)[] =>
  readObjects(objects).workloads.map(({ proxy }) => proxy);

describe("workloads", () => {
  it("are read from what creates pods, with labels, account and ports", () => {
    expect(
      readObjects([namespace({ "istio-injection": "enabled" }), deployment(pod({ app: "web" }))]).workloads,
    ).to.deep.equal([
      {
        name: "web",
        namespace: "shop",
        labels: { app: "web" },
        annotations: {},
        serviceAccount: "web",
        proxy: "sidecar",
        ports: [8080],
        namedPorts: { http: 8080 },
        from: { kind: "Deployment", namespace: "shop", name: "web" },
      },
    ]);
    const owned = { ...object("Pod", "shop/web-1", {}), metadata: { name: "web-1", ownerReferences: [{}] } };
    expect(readObjects([owned]).workloads).to.deep.equal([]);
  });

  it("have a proxy if labels of the pod or the namespace ask for one", () => {
    const enabled = namespace({ "istio-injection": "enabled" });
    const inject = (value: string): object => pod({ "sidecar.istio.io/inject": value });
    expect(proxies(deployment(pod({})))).to.deep.equal(["none"]);
    expect(proxies(enabled, deployment(pod({})))).to.deep.equal(["sidecar"]);
    expect(proxies(namespace({ "istio.io/rev": "a" }), deployment(pod({})))).to.deep.equal(["sidecar"]);
    expect(proxies(deployment(inject("true")))).to.deep.equal(["sidecar"]);
    expect(proxies(enabled, deployment(inject("false")))).to.deep.equal(["none"]);
    expect(proxies(namespace({ "istio-injection": "disabled" }), deployment(inject("true")))).to.deep.equal([
      "none",
    ]);
    const template = pod({}, { annotations: { "inject.istio.io/templates": "gateway" } });
    expect(proxies(enabled, deployment(template))).to.deep.equal(["gateway"]);
  });
});

describe("models", () => {
  it("are read from lists, and from objects with fields of wrong types", () => {
    const list: PlainObject = { apiVersion: "v1", kind: "List", metadata: {}, items: [deployment(pod({}))] };
    expect(readObjects([list]).workloads.map(({ name }) => name)).to.deep.equal(["web"]);
    const odd = [
      object("AuthorizationPolicy", "shop/a", { rules: "x", selector: 1 }),
      { apiVersion: "v1", kind: "Service", metadata: null, spec: { ports: {} } },
    ];
    expect(readObjects(odd).services.map(({ ports }) => ports)).to.deep.equal([[]]);
  });

  it("know a port's protocol from appProtocol, its name, or a port of a server that sends first", () => {
    const port = (more: object, number = 80): PlainObject =>
      object("Service", "shop/a", { ports: [{ port: number, ...more }] });
    const protocol = (more: object, number?: number): string | undefined =>
      readObjects([port(more, number)]).services[0]?.ports[0]?.protocol;
    expect(protocol({ name: "http-web" })).to.equal("http");
    expect(protocol({ name: "grpc" })).to.equal("http");
    expect(protocol({ name: "grpc-web-x" })).to.equal("http");
    expect(protocol({ name: "web", appProtocol: "http2" })).to.equal("http");
    expect(protocol({ name: "http", appProtocol: "tcp" })).to.equal("tcp");
    expect(protocol({ name: "x", appProtocol: "kubernetes.io/wss" })).to.equal("tls");
    expect(protocol({ name: "web" })).to.equal("auto");
    expect(protocol({ name: "db" }, 3306)).to.equal("tcp");
    expect(protocol({ name: "http", protocol: "UDP" })).to.equal("udp");
  });
});
