import { expect } from "chai";
import { requireInjection } from "../../policies/requireInjection";
import { type Resource, unknown, validateStack } from "../engine";
import { authorizationPolicy, deployment, grafana, namespace } from "../resources";

const judge = (stack: Resource[], configuration = {}) =>
  validateStack(requireInjection, stack, configuration);
const asking = (value: string) => deployment({ metadata: { labels: { "sidecar.istio.io/inject": value } } });
const outside = (problem: string) => ({
  violations: [
    `Namespace shop: ${problem}, so no proxy guards Deployment shop/catalog. Set istio-injection to enabled.`,
  ],
});

describe("require-injection", () => {
  it("accepts namespaces that join the mesh by one label", async () => {
    for (const labels of [
      { "istio-injection": "enabled" },
      { "istio.io/rev": "1-31-0" },
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      expect(await judge([namespace(labels), deployment()])).to.deep.equal({ violations: [] });
    }
  });

  it("accepts what is outside on purpose, what asks for itself, and what has no workloads", async () => {
    expect(await judge([namespace({ "istio-injection": "disabled" }), deployment()])).to.deep.equal({
      violations: [],
    });
    expect(await judge([namespace({}), asking("true")])).to.deep.equal({ violations: [] });
    expect(await judge([namespace({}), authorizationPolicy()])).to.deep.equal({ violations: [] });
    expect(await judge([namespace({}), namespace({}, "bank")])).to.deep.equal({ violations: [] });
  });

  it("refuses namespaces with workloads that do not join", async () => {
    const nothing = outside("metadata.labels says nothing of the mesh");
    expect(await judge([namespace({}), deployment()])).to.deep.equal(nothing);
    expect(await judge([namespace({}), asking("false")])).to.deep.equal(nothing);
    expect(
      await judge([namespace({ "istio-injection": "disabled" }), deployment(), authorizationPolicy()]),
    ).to.deep.equal(
      outside('metadata.labels["istio-injection"] is disabled though the namespace has Istio objects'),
    );
  });

  it("refuses consoles that the mesh's policies guard only in words", async () => {
    const home = (labels: Record<string, string>) => namespace(labels, "monitoring");
    const policy = authorizationPolicy({}, { namespace: "monitoring" });
    const guarded = [grafana(), policy];
    const message = (problem: string) => ({
      violations: [
        `Namespace monitoring: ${problem}, so no proxy guards Release monitoring/grafana. Set istio-injection to enabled.`,
      ],
    });
    expect(await judge([home({}), ...guarded])).to.deep.equal(
      message("metadata.labels says nothing of the mesh"),
    );
    expect(await judge([home({ "istio-injection": "disabled" }), ...guarded])).to.deep.equal(
      message('metadata.labels["istio-injection"] is disabled though the namespace has Istio objects'),
    );
    const asking = grafana({ podLabels: { "sidecar.istio.io/inject": "true" } });
    for (const stack of [
      [home({ "istio-injection": "enabled" }), ...guarded],
      // Outside of the mesh altogether, or in it by its own word.
      [home({}), grafana()],
      [home({}), asking, policy],
    ]) {
      expect(await judge(stack)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses two labels at once", async () => {
    const both = namespace({ "istio-injection": "enabled", "istio.io/rev": "1-31-0" });
    expect(await judge([both])).to.deep.equal({
      violations: [
        "Namespace shop: metadata.labels has both istio-injection and istio.io/rev, of which only the first counts. " +
          "Remove one of them.",
      ],
    });
  });

  it("refuses pods on the node's network, which get no sidecar", async () => {
    const onHost = deployment({ spec: { hostNetwork: true } });
    expect(await judge([namespace(), onHost])).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.spec.hostNetwork is true, so the pod gets no sidecar. Leave it out.",
      ],
    });
    expect(await judge([namespace({ "istio-injection": "disabled" }), onHost])).to.deep.equal({
      violations: [],
    });
  });

  it("takes the organization's way to join", async () => {
    expect(await judge([namespace(), deployment()], { dataPlane: "sidecar" })).to.deep.equal({
      violations: [],
    });
    expect(await judge([namespace(), deployment()], { dataPlane: "ambient" })).to.deep.equal({
      violations: [
        "Namespace shop: metadata.labels puts the namespace in the mesh by sidecar. Join it by ambient.",
      ],
    });
  });

  it("does not apply to stacks without namespaces", async () => {
    expect(await judge([deployment()])).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no namespace",
    });
  });

  it("says what is open because of unknown values", async () => {
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
