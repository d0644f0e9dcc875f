import { expect } from "chai";
import { dataPlaneOf, getsSidecar, meshNamespaces } from "../../reading/injection";
import { podOf } from "../../reading/workload";
import { read } from "../read";
import { deployment, kubernetes, namespace, service } from "../resources";

const pod = (labels: object = {}, spec: Record<string, unknown> = {}) =>
  podOf(read(deployment({ metadata: { labels }, spec })));
const asks = { "sidecar.istio.io/inject": "true" };
const refuses = { "sidecar.istio.io/inject": "false" };

describe("reading/injection", () => {
  it("reads how a namespace joins the mesh from its labels", () => {
    const ambient = { "istio.io/dataplane-mode": "ambient" };
    const revision = { "istio.io/rev": "blue" };
    const injection = (value: string) => ({ "istio-injection": value });
    for (const [labels, expected] of [
      [{}, undefined],
      [injection("enabled"), "sidecar"],
      [{ ...injection("enabled"), ...ambient }, "sidecar"],
      [revision, "sidecar"],
      [ambient, "ambient"],
      [{ ...ambient, ...revision, ...injection("disabled") }, "ambient"],
      [{ "istio.io/dataplane-mode": "none" }, undefined],
      [injection("disabled"), undefined],
      [{ ...injection("disabled"), ...revision }, undefined],
    ] as const) {
      expect(dataPlaneOf(labels), JSON.stringify(labels)).to.equal(expected);
    }
  });

  it("decides whether a pod gets a sidecar from its labels and those of its namespace", () => {
    const inNamespace = (labels: Record<string, unknown>, name: string | undefined = "shop") => ({
      name,
      labels,
    });
    const enabled = inNamespace({ "istio-injection": "enabled" });
    const unnamed = { name: undefined, labels: enabled.labels };
    const never = inNamespace(enabled.labels, "kube-system");
    for (const [labels, own, expected] of [
      [{}, enabled, true],
      [{}, unnamed, true],
      [refuses, enabled, false],
      [refuses, undefined, false],
      [{}, undefined, undefined],
      [asks, undefined, true],
      [asks, never, false],
      [asks, inNamespace({}), true],
      [{}, inNamespace({}), false],
      [asks, inNamespace({ "istio-injection": "disabled" }), false],
      [asks, inNamespace({ "istio-injection": "other" }), false],
      [{}, inNamespace({ "istio.io/dataplane-mode": "ambient" }), false],
    ] as const) {
      expect(getsSidecar(pod(labels), own), JSON.stringify([labels, own])).to.equal(expected);
    }
    expect(getsSidecar(pod({}, { hostNetwork: true }), enabled)).to.equal(false);
  });

  it("finds the namespaces of the mesh by their labels, and by pods that request a sidecar", () => {
    const found = (...stack: Parameters<typeof read>[0][]) => [...meshNamespaces(stack.map(read))];
    const asking = deployment({ metadata: { labels: asks } });
    const plain = namespace({ team: "a" });
    const enabled = { "istio-injection": "enabled" };
    expect(found(plain, deployment(), namespace({}, "bank"))).to.deep.equal([]);
    expect(found(namespace(enabled), namespace({}, "bank"))).to.deep.equal([["shop", enabled]]);
    expect(found(namespace(enabled, "bank"), asking)).to.deep.equal([
      ["shop", {}],
      ["bank", enabled],
    ]);
    expect(found(namespace({ team: "b" }, "bank"), asking, plain)).to.deep.equal([["shop", { team: "a" }]]);
    expect(found(namespace({ "istio-injection": "disabled" }), asking)).to.deep.equal([]);
    expect(found(service({}, { name: "shop", labels: enabled }))).to.deep.equal([]);
    expect(found(namespace({}, "catalog"), namespace(enabled))).to.deep.equal([["shop", enabled]]);
    const nowhere = kubernetes("apps/v1", "Deployment", {
      metadata: { name: "web" },
      spec: { template: { metadata: { labels: asks } } },
    });
    expect(found(nowhere)).to.deep.equal([]);
  });
});
