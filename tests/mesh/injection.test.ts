import { expect } from "chai";
import { injection, injectionWebhooks, type InjectionWebhook } from "../../mesh/injection";
import { injectionCases } from "./injectionCases";

const both = (): InjectionWebhook[] => [...injectionWebhooks("default"), ...injectionWebhooks("blue")];
const shop = { name: "shop" };

describe("injection", () => {
  for (const { what, subject, by } of injectionCases) {
    it(`is ${by === undefined ? "none" : `that of ${by}`}: ${what}`, () => {
      const decided = injection({ ...subject, namespace: { ...shop, ...subject.namespace } }, both());
      expect(decided.injected ? decided.revision : undefined).to.equal(by);
      expect(decided.injected).to.equal(by !== undefined);
    });
  }

  it("names the label that decides", () => {
    const reason = (namespace: Record<string, string>, labels: Record<string, string> = {}): string =>
      injection({ namespace: { ...shop, labels: namespace }, labels }, both()).reason;
    expect(reason({ "istio-injection": "enabled" })).to.equal(
      "the namespace has the label istio-injection=enabled",
    );
    expect(reason({ "istio-injection": "disabled" }, { "sidecar.istio.io/inject": "true" })).to.equal(
      "the namespace has the label istio-injection=disabled",
    );
    expect(reason({ "istio.io/rev": "blue" })).to.equal("the namespace has the label istio.io/rev=blue");
    expect(reason({}, { "sidecar.istio.io/inject": "true" })).to.equal(
      "the pod has the label sidecar.istio.io/inject=true",
    );
    expect(reason({})).to.equal("no label of the namespace or the pod requests a proxy");
    const enabled = { ...shop, labels: { "istio-injection": "enabled" } };
    expect(injection({ namespace: enabled, hostNetwork: true }, both())).to.deep.equal({
      injected: false,
      asked: true,
      reason: "the pod uses the network of its node",
    });
  });

  it("injects no proxy for a revision that no control plane has", () => {
    const green = { namespace: { ...shop, labels: { "istio.io/rev": "green" } } };
    expect(injection(green, both())).to.deep.equal({
      injected: false,
      asked: true,
      unknown: "green",
      reason: "the namespace has the label istio.io/rev=green, which no control plane and no tag has",
    });
    expect(injection(green, injectionWebhooks("green", "blue"))).to.deep.equal({
      injected: true,
      revision: "blue",
      asked: true,
      reason: "the namespace has the label istio.io/rev=green",
    });
  });

  it("comes without a label where the control plane injects namespaces by default", () => {
    const everywhere = injectionWebhooks("default", "default", { everywhere: true });
    const plain = { namespace: shop };
    expect(injection(plain, everywhere)).to.deep.equal({
      injected: true,
      revision: "default",
      asked: true,
      reason: "the control plane injects every namespace without a label",
    });
    const not = [
      { ...plain, labels: { "sidecar.istio.io/inject": "false" } },
      { namespace: { ...shop, labels: { "istio-injection": "disabled" } } },
      { namespace: { name: "kube-system" } },
    ];
    for (const subject of not) expect(injection(subject, everywhere).injected).to.equal(false);
  });
});
