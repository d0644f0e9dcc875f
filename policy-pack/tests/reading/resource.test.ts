import { expect } from "chai";
import { kubernetesResource, kubernetesType } from "../../reading/resource";

describe("resource", () => {
  it("reads Pulumi's type tokens of Kubernetes objects, and no others", () => {
    expect(kubernetesType("kubernetes:security.istio.io/v1beta1:PeerAuthentication")).to.deep.equal({
      group: "security.istio.io",
      version: "v1beta1",
      kind: "PeerAuthentication",
      patch: false,
    });
    expect(kubernetesType("kubernetes:networking.istio.io/v1:DestinationRulePatch")).to.deep.equal({
      group: "networking.istio.io",
      version: "v1",
      kind: "DestinationRule",
      patch: true,
    });
    expect(kubernetesType("kubernetes:core/v1:Service")).to.include({ group: "core", kind: "Service" });
    for (const token of [
      "pulumi:pulumi:Stack",
      "pulumi:providers:kubernetes",
      "kubernetes:yaml:ConfigFile",
      "aws:s3/bucket:Bucket",
    ]) {
      expect(kubernetesType(token), token).to.equal(undefined);
    }
  });

  it("names a resource by kind, namespace and name, or by Pulumi's name where the object's own is not known", () => {
    const title = (type: string, props: Record<string, unknown>) =>
      kubernetesResource({ type, name: "pulumi-name", urn: "urn", props })?.title;
    const gateway = "kubernetes:networking.istio.io/v1:Gateway";
    expect(title(gateway, { metadata: { namespace: "shop", name: "public" } })).to.equal(
      "Gateway shop/public",
    );
    expect(title(gateway, { metadata: { name: "public" } })).to.equal("Gateway public");
    expect(title(gateway, {})).to.equal("Gateway pulumi-name");
    expect(title("kubernetes:helm.sh/v3:Release", { name: "istiod", namespace: "istio-system" })).to.equal(
      "Release istio-system/istiod",
    );
  });
});
