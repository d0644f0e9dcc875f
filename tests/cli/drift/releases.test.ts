import { expect } from "chai";
import { releaseDrift, releaseObjects } from "../../../cli/drift/releases";
import { type LiveObject } from "../../../cli/drift/objects";
import type { FullRecord } from "../../../cli/repair/helmRecords";
import type { StateResource } from "../../../program/stackState";

const namespace = "istio-system";
const manifest = `---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: istiod
  labels: { app: istiod }
---
# Source: an empty template
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: injector }
webhooks: []
`;
const release: StateResource = {
  urn: "urn:istiod",
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name: "istiod", namespace },
  outputs: { status: { revision: 2 } },
};
const record = (revision: number, status = "deployed"): FullRecord => ({
  ...{ namespace, release: "istiod", revision, status, secret: `v${revision}` },
  installed: { chart: "istiod", version: "1.31.0", values: {}, manifest },
});

describe("cli/drift/releases", () => {
  const live: Record<string, string[]> = {
    ServiceAccount: ["istio-system/istiod"],
    MutatingWebhookConfiguration: ["/injector"],
  };
  const drift = (records: FullRecord[], objects = live) =>
    releaseDrift(
      [release],
      records,
      ({ kind }) => new Map((objects[kind] ?? []).map((place): [string, LiveObject] => [place, {}])),
    );
  const common = { urn: "urn:istiod", namespace, name: "istiod" };

  it("finds nothing in a release whose objects are all there", () => {
    expect(drift([record(1, "superseded"), record(2)])).to.deep.equal([]);
  });

  it("finds a release that was uninstalled, upgraded or left pending", () => {
    expect(drift([])).to.deep.equal([
      { ...common, difference: "missing", detail: "does not exist", missing: [] },
    ]);
    const changed = (detail: string) => [{ ...common, difference: "changed", detail, missing: [] }];
    expect(drift([record(2, "superseded"), record(3)])).to.deep.equal(
      changed("is deployed in revision 3, but the stack deployed revision 2"),
    );
    expect(drift([record(2), record(3, "pending-upgrade")])).to.deep.equal(
      changed("is pending-upgrade in revision 3, but the stack deployed revision 2"),
    );
  });

  it("finds an object of the chart that was deleted, as Helm creates it", () => {
    const [found] = drift([record(2)], { ServiceAccount: live.ServiceAccount ?? [] });
    expect(found).to.deep.equal({
      ...common,
      difference: "incomplete",
      detail: "lacks MutatingWebhookConfiguration injector",
      missing: [
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "MutatingWebhookConfiguration",
          metadata: {
            name: "injector",
            labels: { "app.kubernetes.io/managed-by": "Helm" },
            annotations: {
              "meta.helm.sh/release-name": "istiod",
              "meta.helm.sh/release-namespace": namespace,
            },
          },
          webhooks: [],
        },
      ],
    });
  });

  it("puts objects without a namespace into the release's", () => {
    expect(releaseObjects(record(2)).map(({ metadata }) => metadata?.namespace)).to.deep.equal([
      namespace,
      undefined,
    ]);
    expect(releaseObjects(record(2))[0]?.metadata?.labels).to.deep.equal({
      app: "istiod",
      "app.kubernetes.io/managed-by": "Helm",
    });
  });
});
