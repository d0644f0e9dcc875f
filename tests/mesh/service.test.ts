import { expect } from "chai";
import { protocols } from "../../catalog";
import { find, http, metadata, render, tcp } from "./render";

describe("service", () => {
  it("selects all versions of a service, and says what each port speaks", () => {
    const objects = render({
      name: "shop",
      services: {
        web: {
          ports: { admin: { port: 9090, targetPort: 90, protocol: "grpc" }, http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 100, v2: 0 } },
          workload: { image: "web:1" },
        },
      },
    });
    expect(find(objects, "Service", "web")).to.deep.equal({
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("web", "services.web", { app: "web" }),
      spec: {
        selector: { app: "web" },
        ports: [
          { name: "http", port: 8080, targetPort: 8080, protocol: "TCP", appProtocol: "http" },
          { name: "admin", port: 9090, targetPort: 90, protocol: "TCP", appProtocol: "grpc" },
        ],
      },
    });
  });

  it("takes over every protocol as it is", () => {
    for (const protocol of protocols) {
      const objects = render({
        name: "shop",
        services: { web: { ports: { main: { ...tcp, protocol } }, workload: { image: "web:1" } } },
      });
      expect(find(objects, "Service", "web")).to.have.nested.property("spec.ports[0].appProtocol", protocol);
    }
  });

  it("has only the protocols of its ports, for server-side apply, where another tool creates it", () => {
    const objects = render({
      name: "shop",
      services: {
        web: {
          ports: { grpc: { port: 9090, targetPort: 90, protocol: "grpc" }, http },
          service: "adopt",
          selector: { "app.kubernetes.io/name": "web" },
        },
      },
    });
    expect(find(objects, "Service", "web")).to.deep.equal({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "web",
        namespace: "shop",
        annotations: { "meshwright.dev/adopted": "true", "meshwright.dev/from": "services.web" },
      },
      spec: {
        ports: [
          { port: 8080, protocol: "TCP", appProtocol: "http" },
          { port: 9090, protocol: "TCP", appProtocol: "grpc" },
        ],
      },
    });
  });

  it("isn't rendered for what another tool deploys, for services without ports, or where the catalog says so", () => {
    const workload = { image: "web:1" };
    const objects = render({
      name: "shop",
      services: { worker: { workload }, web: { ports: { http }, workload, service: "none" } },
    });
    expect(objects.filter(({ kind }) => kind === "Service")).to.deep.equal([]);
    expect(objects.filter(({ kind }) => kind === "Deployment")).to.have.lengthOf(2);
  });

  it("isn't rendered, nor pods, for what another tool deploys", () => {
    const kinds = render({ name: "shop", services: { web: { ports: { http } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("Service").and.to.not.include("Deployment");
  });
});
