import { expect } from "chai";
import { embeddedObjects, kubernetesResources, kubernetesType } from "../../reading/resource";

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

  it("has a title of kind, namespace and name, or Pulumi's name if the object's is unknown", () => {
    const title = (type: string, props: Record<string, unknown>) =>
      kubernetesResources({ type, name: "pulumi-name", urn: "urn", props })[0]?.title;
    const gateway = "kubernetes:networking.istio.io/v1:Gateway";
    expect(title(gateway, { metadata: { namespace: "shop", name: "public" } })).to.equal(
      "Gateway shop/public",
    );
    expect(title(gateway, { metadata: { name: "public" } })).to.equal("Gateway public");
    expect(title(gateway, { metadata: {} })).to.equal("Gateway pulumi-name");
    expect(title("kubernetes:helm.sh/v3:Release", { name: "istiod", namespace: "istio-system" })).to.equal(
      "Release istio-system/istiod",
    );
  });

  it("reads no resource that a run of `--target` or `--exclude` leaves out, which the engine passes without properties", () => {
    const type = "kubernetes:security.istio.io/v1:PeerAuthentication";
    expect(kubernetesResources({ type, name: "x", urn: "", props: {} })).to.deep.equal([]);
  });

  it("reads the type from the object's own apiVersion and kind", () => {
    const props = { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", metadata: { name: "x" } };
    const [resource] = kubernetesResources({
      type: "kubernetes:core/v1:ConfigMap",
      name: "x",
      urn: "",
      props,
    });
    expect(resource?.type).to.include({ group: "security.istio.io", kind: "PeerAuthentication" });
    expect(resource?.title).to.equal("PeerAuthentication x");
  });

  it("reads each item of a list, also without a type of its own", () => {
    const items = [
      { metadata: { namespace: "shop", name: "a" } },
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "b" } },
      {
        apiVersion: "v1",
        kind: "List",
        items: [{ apiVersion: "v1", kind: "Service", metadata: { name: "c" } }],
      },
    ];
    const type = "kubernetes:security.istio.io/v1:AuthorizationPolicyList";
    const resources = kubernetesResources({ type, name: "x", urn: "", props: { items } });
    expect(resources.map(({ title }) => title)).to.deep.equal([
      "AuthorizationPolicy shop/a",
      "Namespace b",
      "Service c",
    ]);
    expect(resources[0]?.fields.at("spec").path).to.equal("items[0].spec");
  });

  it("reads Istio's objects in those of other projects, wherever they have a spec", () => {
    const peers = { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication" };
    const read = (type: string, spec: object) =>
      kubernetesResources({ type, name: "x", urn: "", props: { spec } })
        .flatMap(embeddedObjects)
        .map(({ title, fields }) => [title, fields.at("spec").path]);
    const work = { manifests: [{ ...peers, metadata: { namespace: "shop", name: "a" }, spec: {} }] };
    expect(read("kubernetes:work.open-cluster-management.io/v1:ManifestWork", work)).to.deep.equal([
      ["PeerAuthentication shop/a", "spec.manifests[0].spec"],
    ]);
    const generate = { ...peers, name: "default", data: { spec: {} } };
    expect(read("kubernetes:kyverno.io/v1:ClusterPolicy", { generate })).to.deep.equal([
      ["PeerAuthentication default", "spec.generate.data.spec"],
    ]);
    expect(read("kubernetes:example.com/v1:Scaler", { target: { ...peers, name: "default" } })).to.deep.equal(
      [],
    );
    expect(read("kubernetes:apps/v1:Deployment", work)).to.deep.equal([]);
  });
});
