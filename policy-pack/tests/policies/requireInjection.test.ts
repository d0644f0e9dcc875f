import { expect } from "chai";
import { messages, requireInjection } from "../../policies/requireInjection";
import { type Resource, unknown, validateStack } from "../engine";
import { authorizationPolicy, deployment, grafana, namespace } from "../resources";

const judge = (stack: Resource[], configuration = {}) =>
  validateStack(requireInjection, stack, configuration);
const asking = (value: string) => deployment({ metadata: { labels: { "sidecar.istio.io/inject": value } } });
const outside = (text: (title: string, workloads: string) => string) => ({
  violations: [text("Namespace shop", "Deployment shop/catalog")],
});

describe("require-injection", () => {
  it("states the object, the problem and the fix", async () => {
    expect(await judge([namespace({}), deployment()])).to.deep.equal({
      violations: [
        "Namespace shop: metadata.labels has no label of the mesh, so no proxy secures Deployment shop/catalog. Set " +
          "istio-injection to enabled.",
      ],
    });
  });

  it("accepts namespaces that join the mesh by one label", async () => {
    for (const labels of [
      { "istio-injection": "enabled" },
      { "istio.io/rev": "1-31-0" },
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      expect(await judge([namespace(labels), deployment()])).to.deep.equal({ violations: [] });
    }
  });

  it("accepts namespaces outside the mesh, pods that request a sidecar, and namespaces without workloads", async () => {
    expect(await judge([namespace({ "istio-injection": "disabled" }), deployment()])).to.deep.equal({
      violations: [],
    });
    expect(await judge([namespace({}), asking("true")])).to.deep.equal({ violations: [] });
    expect(await judge([namespace({}), authorizationPolicy()])).to.deep.equal({ violations: [] });
    expect(await judge([namespace({}), namespace({}, "bank")])).to.deep.equal({ violations: [] });
  });

  it("refuses namespaces with workloads that do not join", async () => {
    const nothing = outside(messages.notJoined);
    expect(await judge([namespace({}), deployment()])).to.deep.equal(nothing);
    expect(await judge([namespace({}), asking("false")])).to.deep.equal(nothing);
    expect(
      await judge([namespace({ "istio-injection": "disabled" }), deployment(), authorizationPolicy()]),
    ).to.deep.equal(outside(messages.disabled));
  });

  it("refuses consoles without a proxy in a namespace with Istio objects", async () => {
    const home = (labels: Record<string, string>) => namespace(labels, "monitoring");
    const policy = authorizationPolicy({}, { namespace: "monitoring" });
    const guarded = [grafana(), policy];
    const refused = (text: (title: string, workloads: string) => string) => ({
      violations: [text("Namespace monitoring", "Release monitoring/grafana")],
    });
    expect(await judge([home({}), ...guarded])).to.deep.equal(refused(messages.notJoined));
    expect(await judge([home({ "istio-injection": "disabled" }), ...guarded])).to.deep.equal(
      refused(messages.disabled),
    );
    const asking = grafana({ podLabels: { "sidecar.istio.io/inject": "true" } });
    for (const stack of [
      [home({ "istio-injection": "enabled" }), ...guarded],
      // Outside the mesh, or in the mesh by its own label.
      [home({}), grafana()],
      [home({}), asking, policy],
    ]) {
      expect(await judge(stack)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses two labels at once", async () => {
    const both = namespace({ "istio-injection": "enabled", "istio.io/rev": "1-31-0" });
    expect(await judge([both])).to.deep.equal({
      violations: [messages.twoLabels("Namespace shop")],
    });
  });

  it("refuses pods on the host network, which get no sidecar", async () => {
    const onHost = deployment({ spec: { hostNetwork: true } });
    expect(await judge([namespace(), onHost])).to.deep.equal({
      violations: [messages.hostNetwork("Deployment shop/catalog", "spec.template.spec.hostNetwork")],
    });
    expect(await judge([namespace({ "istio-injection": "disabled" }), onHost])).to.deep.equal({
      violations: [],
    });
  });

  it("applies the organization's data plane", async () => {
    expect(await judge([namespace(), deployment()], { dataPlane: "sidecar" })).to.deep.equal({
      violations: [],
    });
    const deliberate = [namespace({ "istio-injection": "disabled" }), deployment()];
    expect(await judge(deliberate, { dataPlane: "sidecar" })).to.deep.equal({
      violations: [messages.outside("Namespace shop", "sidecar")],
    });
    expect(await judge([namespace(), deployment()], { dataPlane: "ambient" })).to.deep.equal({
      violations: [messages.dataPlane("Namespace shop", "sidecar", "ambient")],
    });
  });

  it("does not apply to stacks without namespaces", async () => {
    expect(await judge([deployment()])).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no namespace",
    });
  });

  it("reports unknown values as undecided", async () => {
    const at = (path: string) => `Namespace shop: string value at .${path} can't be known during preview`;
    const label = namespace({ "istio-injection": unknown });
    expect(await judge([label, deployment()])).to.deep.equal({
      violations: [],
      undecided: at("metadata.labels.istio-injection"),
    });
    const labels = namespace(unknown as never);
    expect(await judge([labels, deployment()])).to.deep.equal({
      violations: [],
      undecided: at("metadata.labels"),
    });
    expect(await judge([label])).to.deep.equal({ violations: [] });
  });
});
