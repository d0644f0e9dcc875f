import type { V1Deployment, V1ValidatingWebhookConfiguration } from "@kubernetes/client-node";
import { expect } from "chai";
import { blockingWebhooks } from "../../../cli/repair/webhooks";

const webhook = (name: string, failurePolicy: string) => ({
  ...{ name, failurePolicy, admissionReviewVersions: ["v1"], clientConfig: {}, sideEffects: "None" },
});
const configuration = (
  name: string,
  ...webhooks: ReturnType<typeof webhook>[]
): V1ValidatingWebhookConfiguration => ({ metadata: { name }, webhooks });
const istiod = (readyReplicas?: number): V1Deployment => ({
  metadata: { name: "istiod" },
  status: readyReplicas === undefined ? {} : { readyReplicas },
});

describe("cli/repair/webhooks", () => {
  const validator = configuration("istiod-default-validator", webhook("validation.istio.io", "Fail"));

  it("finds a webhook that fails without an istiod, or with one that is not ready", () => {
    const found = [{ name: "istiod-default-validator", indices: [0] }];
    expect(blockingWebhooks([validator], [])).to.deep.equal(found);
    expect(blockingWebhooks([validator], [istiod()])).to.deep.equal(found);
  });

  it("finds none while an istiod is ready, and none that lets objects pass", () => {
    expect(blockingWebhooks([validator], [istiod(1)])).to.deep.equal([]);
    const open = configuration("istiod-default-validator", webhook("validation.istio.io", "Ignore"));
    expect(blockingWebhooks([open], [])).to.deep.equal([]);
  });

  it("leaves webhooks of others alone", () => {
    const mixed = configuration(
      "istio-validator-istio-system",
      webhook("validation.example.com", "Fail"),
      webhook("rev.validation.istio.io", "Fail"),
    );
    expect(blockingWebhooks([mixed], [])).to.deep.equal([
      { name: "istio-validator-istio-system", indices: [1] },
    ]);
  });
});
