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
});
