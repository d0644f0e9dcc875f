import { expect } from "chai";
import { assignments, mutatingPolicyChanges, webhookChanges } from "../../reading/admission";
import type { ControlPlaneField } from "../../reading/controlPlaneChange";
import { unknown } from "../engine";
import { read } from "../read";
import { istio, kubernetes } from "../resources";

const shown = (changes: readonly ControlPlaneField[]) =>
  changes.map(({ field, change }) => `${field.path} ${change}`);

describe("reading/admission", () => {
  it("finds changes of istiod's webhooks, and of those that inject pods in its place", () => {
    const found = (name: string, webhook?: object, kind = "MutatingWebhookConfiguration") =>
      shown(
        webhookChanges(
          read(
            kubernetes("admissionregistration.k8s.io/v1", kind, {
              metadata: { name },
              ...(webhook && { webhooks: [webhook] }),
            }),
          ),
        ),
      );
    const istiods = { service: { name: "istiod-blue" } };
    const other = { service: { name: "other" } };
    const selecting = (...matchExpressions: object[]) => ({ objectSelector: { matchExpressions } });
    const requires = selecting({ key: "istio.io/rev", operator: "In", values: ["blue"] });
    const injector = ["webhooks[0].clientConfig injector"];
    for (const name of ["istio-sidecar-injector", "istio-validator-blue", "istiod-default-validator"]) {
      expect(found(name, {}), name).to.deep.equal(["webhooks webhook"]);
      expect(found(name, {}, "ValidatingWebhookConfiguration"), name).to.deep.equal(["webhooks webhook"]);
      expect(found(name), name).to.deep.equal([]);
    }
    for (const name of ["own-istio-sidecar-injector", "istio-validators"]) {
      expect(found(name, {}), name).to.deep.equal([]);
      expect(
        found(name, { clientConfig: other, ...requires }, "ValidatingWebhookConfiguration"),
      ).to.deep.equal([]);
    }
    expect(found("own", { clientConfig: istiods, failurePolicy: "Ignore" })).to.deep.equal([
      "webhooks[0].failurePolicy failing",
    ]);
    expect(found("own", { clientConfig: istiods, failurePolicy: "Fail" })).to.deep.equal([]);
    expect(found("own", { clientConfig: other, failurePolicy: "Ignore" })).to.deep.equal([]);
    expect(found("istio-revision-tag-prod", { clientConfig: other })).to.deep.equal(injector);
    expect(found("istio-revision-tag-prod", { clientConfig: { url: "https://example.com" } })).to.deep.equal(
      injector,
    );
    expect(found("own-istio-revision-tag-", { clientConfig: other })).to.deep.equal([]);
    const open = { clientConfig: { service: { name: unknown } }, ...requires };
    expect(found("own", { ...open, failurePolicy: "Ignore" })).to.deep.equal([
      "webhooks[0].failurePolicy failing",
    ]);
    expect(found("own", open)).to.deep.equal([]);
    expect(found("own", { clientConfig: other, ...requires })).to.deep.equal(injector);
    expect(
      found("own", {
        clientConfig: other,
        ...selecting({ key: "a", operator: "In" }, { key: "istio-injection", operator: "Exists" }),
      }),
    ).to.deep.equal(injector);
    for (const key of ["istio-injection", "istio.io/rev", "istio.io/tag", "sidecar.istio.io/inject"]) {
      for (const selector of ["namespaceSelector", "objectSelector"]) {
        const webhook = { clientConfig: other, [selector]: { matchLabels: { a: "b", [key]: "x" } } };
        expect(found("own", webhook), key).to.deep.equal(injector);
      }
    }
    for (const selector of [
      {},
      selecting({ key: "istio.io/rev", operator: "DoesNotExist" }),
      selecting({ key: "istio.io/rev", operator: "NotIn", values: ["blue"] }),
      selecting({ key: "team", operator: "In", values: ["blue"] }),
      { objectSelector: { matchLabels: { team: "blue" } } },
    ]) {
      expect(found("own", { clientConfig: other, ...selector }), JSON.stringify(selector)).to.deep.equal([]);
    }
  });

  it("finds policies of the API server that change Istio's objects, pods, or what creates or selects them", () => {
    const found = (...resourceRules: object[]) =>
      shown(
        mutatingPolicyChanges(
          read(
            kubernetes("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", {
              metadata: { name: "own" },
              spec: { matchConstraints: { resourceRules } },
            }),
          ),
        ),
      );
    const first = ["spec.matchConstraints.resourceRules[0].resources mutation"];
    for (const [group, resource] of [
      ["security.istio.io", "any"],
      ["gateway.networking.k8s.io", "any"],
      ["*", "any"],
      [unknown, "any"],
      ["", "pods"],
      ["", "pods/ephemeralcontainers"],
      ["", "*"],
      ["apps", "deployments"],
      ["apps", unknown],
      ["batch", "cronjobs"],
      ["batch", "jobs/*"],
      ["apps", "*/*"],
    ]) {
      const rule = { apiGroups: ["example.com", group], resources: ["secrets", resource] };
      expect(found(rule), JSON.stringify(rule)).to.deep.equal(first);
    }
    for (const [group, resource] of [
      ["example.com", "pods"],
      ["example.com", "*"],
      ["", "secrets"],
      ["apps", "podsets"],
      ["batch", "ownjobs"],
    ]) {
      const rule = { apiGroups: [group], resources: [resource] };
      expect(found(rule), JSON.stringify(rule)).to.deep.equal([]);
    }
    expect(
      found({ apiGroups: ["apps"], resources: ["secrets"] }, { apiGroups: ["apps"] }, { apiGroups: ["*"] }),
    ).to.deep.equal(["spec.matchConstraints.resourceRules[2].resources mutation"]);
    expect(found()).to.deep.equal([]);
  });

  it("finds assignments of Gatekeeper that change Istio's fields, proxies or objects", () => {
    const found = (location: unknown, groups: unknown[] = [""], group = "mutations.gatekeeper.sh") =>
      shown(
        assignments(
          read(
            istio(
              `${group}/v1`,
              "Assign",
              { name: "own" },
              { location, applyTo: [{ groups: ["apps"] }, { groups }] },
            ),
          ),
        ),
      );
    const refused = ["spec.location mutation"];
    for (const location of [
      "metadata.labels.istio-injection",
      'metadata.annotations."sidecar.istio.io/inject"',
      "metadata.labels.ISTIO",
      "spec.containers[name:istio-proxy].image",
      'spec.template.spec.containers[name: "istio-proxy"].image',
      "initContainers[name: 'istio-init'].image",
    ]) {
      expect(found(location), location).to.deep.equal(refused);
      expect(found(location, [""], "example.com"), location).to.deep.equal([]);
    }
    for (const group of ["*", "security.istio.io", "gateway.networking.k8s.io"]) {
      expect(found("spec.any", ["", group]), group).to.deep.equal(refused);
    }
    for (const location of ["spec.any", "spec.containers[name: web].image", unknown, undefined]) {
      expect(found(location, ["apps", unknown]), String(location)).to.deep.equal([]);
    }
  });
});
