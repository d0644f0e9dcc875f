import { expect } from "chai";
import { revisionTag } from "../../components/revisionTag";

interface Webhook {
  readonly name: string;
  readonly clientConfig: object;
  readonly namespaceSelector: { readonly matchExpressions: readonly object[] };
}
const webhooks = (...args: Parameters<typeof revisionTag>): Webhook[] =>
  revisionTag(...args).webhooks as Webhook[];

describe("components/revisionTag", () => {
  const namespace = "istio-system";

  it("leads pods of namespaces with the tag, and pods with it in unlabelled ones, to the revision's istiod", () => {
    const to = { revision: "1-31-0", namespace };
    expect(revisionTag("prod", to).metadata).to.deep.equal({
      name: "istio-revision-tag-prod",
      labels: {
        app: "sidecar-injector",
        "app.kubernetes.io/managed-by": "meshwright",
        "istio.io/rev": "1-31-0",
        "istio.io/tag": "prod",
      },
    });
    const [byNamespace, byPod, ...more] = webhooks("prod", to);
    expect(byNamespace).to.deep.equal({
      name: "rev.namespace.sidecar-injector.istio.io",
      clientConfig: { service: { name: "istiod-1-31-0", namespace, path: "/inject", port: 443 } },
      admissionReviewVersions: ["v1"],
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      sideEffects: "None",
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      namespaceSelector: {
        matchExpressions: [
          { key: "istio.io/rev", operator: "In", values: ["prod"] },
          { key: "istio-injection", operator: "DoesNotExist" },
        ],
      },
      objectSelector: {
        matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }],
      },
    });
    expect(byPod?.name).to.equal("rev.object.sidecar-injector.istio.io");
    expect(more).to.deep.equal([]);
  });

  it("serves istio-injection: enabled as well if it is called default", () => {
    const all = webhooks("default", { revision: "1-31-0", namespace });
    expect(all.map(({ name }) => name.replace(".sidecar-injector.istio.io", ""))).to.deep.equal([
      "rev.namespace",
      "rev.object",
      "namespace",
      "object",
    ]);
    expect(all[2]?.namespaceSelector.matchExpressions).to.deep.equal([
      { key: "istio-injection", operator: "In", values: ["enabled"] },
    ]);
  });

  it("leads to the control plane without a revision, or to one outside of the cluster", () => {
    const [unnamed] = webhooks("prod", { namespace });
    expect(unnamed?.clientConfig).to.have.nested.property("service.name", "istiod");
    expect(revisionTag("prod", { namespace }).metadata.labels).to.include({ "istio.io/rev": "default" });
    const injectionURL = "https://localhost:15017/inject";
    const [outside] = webhooks("prod", { namespace, injectionURL });
    expect(outside?.clientConfig).to.deep.equal({ url: injectionURL });
  });

  it("has the name that Istio gives it in another root namespace", () => {
    expect(revisionTag("prod", { namespace: "mesh" }).metadata.name).to.equal("istio-revision-tag-prod-mesh");
  });
});
