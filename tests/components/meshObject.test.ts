import { expect } from "chai";
import { declareMeshObject } from "../../components/meshObject";
import type { Manifest } from "../../mesh";
import { http, find, render } from "../mesh/render";
import { registrations } from "./registrations";

describe("components/meshObject", () => {
  const declared = async (object: Manifest) =>
    registrations(() => {
      declareMeshObject("one", object, {});
    });
  const service = (mode: "create" | "adopt"): Manifest => {
    const web = { ports: { http }, service: mode, workload: { image: "web:1" } };
    return find(render({ name: "shop", services: { web } }), "Service", "web");
  };

  it("makes an adopted Service a patch of the fields that the catalog owns, which waits for no pod", async () => {
    expect(await declared(service("adopt"))).to.deep.equal([
      {
        type: "kubernetes:core/v1:ServicePatch",
        name: "one",
        inputs: {
          apiVersion: "v1",
          kind: "Service",
          metadata: {
            name: "web",
            namespace: "shop",
            annotations: {
              "meshwright.dev/adopted": "true",
              "meshwright.dev/from": "services.web",
              "pulumi.com/skipAwait": "true",
            },
          },
          spec: { ports: [{ port: 8080, protocol: "TCP", appProtocol: "http" }] },
        },
      },
    ]);
  });

  it("makes a Service of the catalog's own a whole Service, which waits for no pod either", async () => {
    const { apiVersion, kind, metadata, spec } = service("create");
    const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "true" };
    expect(await declared(service("create"))).to.deep.equal([
      {
        type: "kubernetes:core/v1:Service",
        name: "one",
        inputs: { apiVersion, kind, metadata: { ...metadata, annotations }, spec },
      },
    ]);
  });

  it("lets a Service wait whose catalog says so", async () => {
    const { metadata, ...rest } = service("create");
    const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "false" };
    const object = { ...rest, metadata: { ...metadata, annotations } };
    expect(await declared(object)).to.deep.equal([
      { type: "kubernetes:core/v1:Service", name: "one", inputs: object },
    ]);
  });

  it("makes a kind that the SDK has no class for a custom resource", async () => {
    const object = {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: { name: "web", namespace: "shop" },
      spec: { egress: [] },
    };
    expect(await declared(object)).to.deep.equal([
      { type: "kubernetes:networking.istio.io/v1:Sidecar", name: "one", inputs: object },
    ]);
  });

  it("refuses to adopt other kinds", () => {
    const adopted = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "web", annotations: { "meshwright.dev/adopted": "true" } },
    };
    expect(() => declareMeshObject("one", adopted, {})).to.throw("a ConfigMap can't be adopted");
  });
});
