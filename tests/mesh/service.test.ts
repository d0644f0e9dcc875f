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

  it("isn't rendered for what somebody else deploys", () => {
    const kinds = render({ name: "shop", services: { web: { ports: { http } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("Service").and.to.not.include("Deployment");
  });
});
