import { expect } from "chai";
import {
  injection,
  type InjectionSubject,
  type InjectionWebhook,
  injectionWebhooks,
  type LabelRequirement,
  type LabelSelector,
} from "../../mesh/injection";
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

  it("states why a pod gets no proxy, whatever its labels request", () => {
    const of = (subject: Omit<InjectionSubject, "namespace">, namespace: object = {}): object =>
      injection({ namespace: { ...shop, ...namespace }, ...subject }, both());
    const enabled = { labels: { "istio-injection": "enabled" } };
    const inject = "sidecar.istio.io/inject";
    const no = (asked: boolean, reason: string): object => ({ injected: false, asked, reason });
    const refused = no(true, "the pod has the label sidecar.istio.io/inject=false");
    expect(of({ labels: { [inject]: "false" } }, enabled)).to.deep.equal(refused);
    expect(of({ labels: { [inject]: "false" }, hostNetwork: true }, enabled)).to.deep.equal(refused);
    expect(of({ annotations: { [inject]: "false" } }, enabled)).to.deep.equal(
      no(true, "the pod has the annotation sidecar.istio.io/inject=false"),
    );
    expect(of({}, { ...enabled, name: "kube-system" })).to.deep.equal(
      no(true, "Istio never injects pods of the namespace kube-system"),
    );
    expect(of({}, { labels: { "istio-injection": "off" } })).to.deep.equal(
      no(false, "the namespace has the label istio-injection=off"),
    );
    expect(of({ labels: { "istio.io/rev": "green" } })).to.deep.equal({
      ...no(true, "the pod has the label istio.io/rev=green, which no control plane and no tag has"),
      unknown: "green",
    });
    expect(of({ labels: { "istio.io/rev": "blue" } })).to.deep.equal({
      injected: true,
      revision: "blue",
      asked: true,
      reason: "the pod has the label istio.io/rev=blue",
    });
  });

  it("takes a revision for known only if a selector requires it", () => {
    const nowhere = { matchLabels: { none: "x" } };
    const unknown = (
      objectSelector?: LabelSelector,
      namespaceSelector: LabelSelector = nowhere,
    ): string | undefined => {
      const webhook = { revision: "green", namespaceSelector, ...(objectSelector && { objectSelector }) };
      return injection({ namespace: { ...shop, labels: { "istio.io/rev": "green" } } }, [webhook]).unknown;
    };
    const requiring = (requirement: Partial<LabelRequirement>): LabelSelector => ({
      matchExpressions: [{ key: "istio.io/rev", operator: "In", values: ["green"], ...requirement }],
    });
    expect(unknown(requiring({}))).to.equal(undefined);
    expect(unknown({}, { ...nowhere, ...requiring({}) })).to.equal(undefined);
    for (const selector of [
      undefined,
      {},
      requiring({ key: "istio.io/tag" }),
      requiring({ operator: "NotIn" }),
      { matchExpressions: [{ key: "istio.io/rev", operator: "In" }] },
      requiring({ values: ["blue"] }),
    ]) {
      expect(unknown(selector), JSON.stringify(selector)).to.equal("green");
    }
  });

  it("has the webhooks of Istio's chart, by their prefixes", () => {
    const [rev, legacy, inject] = ["istio.io/rev", "istio-injection", "sidecar.istio.io/inject"];
    const absent = (key: string): object => ({ key, operator: "DoesNotExist" });
    const one = (key: string, value: string): object => ({ key, operator: "In", values: [value] });
    const notRefused = { key: inject, operator: "NotIn", values: ["false"] };
    const listed = (...given: Parameters<typeof injectionWebhooks>): unknown[] =>
      injectionWebhooks(...given).map(({ prefix, revision, namespaceSelector, objectSelector }) => [
        prefix,
        revision,
        namespaceSelector.matchExpressions,
        objectSelector.matchExpressions,
      ]);
    const named = (name: string, revision: string): unknown[] => [
      ["rev.namespace", revision, [one(rev, name), absent(legacy)], [notRefused]],
      ["rev.object", revision, [absent(rev), absent(legacy)], [notRefused, one(rev, name)]],
    ];
    const byDefault = [
      ...named("default", "blue"),
      ["namespace", "blue", [one(legacy, "enabled")], [notRefused]],
      ["object", "blue", [absent(legacy), absent(rev)], [one(inject, "true"), absent(rev)]],
    ];
    expect(listed("blue")).to.deep.equal(named("blue", "blue"));
    expect(listed("prod", "blue", { everywhere: true })).to.deep.equal(named("prod", "blue"));
    expect(listed("default", "blue")).to.deep.equal(byDefault);
    const never = ["kube-node-lease", "kube-public", "kube-system", "local-path-storage"];
    const outside = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: never };
    expect(listed("default", "blue", { everywhere: true })).to.deep.equal([
      ...byDefault,
      ["auto", "blue", [absent(legacy), absent(rev), outside], [absent(inject), absent(rev)]],
    ]);
  });
});
