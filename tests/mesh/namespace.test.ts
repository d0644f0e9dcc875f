import { expect } from "chai";
import { find, http, render } from "./render";

const shop = { name: "shop", services: { web: { ports: { http } } } } as const;
const labels = { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": "shop" };

describe("namespace", () => {
  it("has its pods injected by the default control plane", () => {
    expect(find(render(shop), "Namespace", "shop")).to.deep.equal({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "shop",
        labels: { ...labels, "istio-injection": "enabled" },
        annotations: { "meshwright.dev/from": "namespace" },
      },
    });
  });

  it("has its pods injected by a revision, and then no other label that would win over it", () => {
    expect(find(render({ ...shop, revision: "1-31-0" }), "Namespace", "shop").metadata.labels).to.deep.equal({
      ...labels,
      "istio.io/rev": "1-31-0",
    });
  });

  it("has pods that name the mesh's revision themselves, if the catalog does not own it", () => {
    const podLabels = (revision: { revision?: string }): object => {
      const services = { web: { ports: { http }, workload: { image: "web:1" } } };
      const objects = render({ name: "shop", sharedNamespaces: ["shop"], ...revision, services });
      const { template } = find(objects, "Deployment", "web").spec as {
        template: { metadata: { labels: object } };
      };
      return template.metadata.labels;
    };
    expect(podLabels({})).to.include({ "sidecar.istio.io/inject": "true" });
    expect(podLabels({})).to.not.have.property("istio.io/rev");
    expect(podLabels({ revision: "1-31-0" })).to.include({
      "sidecar.istio.io/inject": "true",
      "istio.io/rev": "1-31-0",
    });
  });
});
