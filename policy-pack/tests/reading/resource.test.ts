import { expect } from "chai";
import { embeddedObjects, isListenerSet, kubernetesResources, kubernetesType } from "../../reading/resource";
import { guarded, unknown } from "../engine";

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

  it("reads tokens from their first to their last character", () => {
    // Types are kept, so each is one that nothing has read before.
    const fresh = String(process.hrtime.bigint());
    const version = `v1beta${fresh}`;
    const read = { group: "security.istio.io", version, kind: "Own", patch: false };
    expect(kubernetesType(`kubernetes:security.istio.io/${version}:Own`)).to.deep.equal(read);
    expect(kubernetesType(`kubernetes:security.istio.io/${version}:OwnPatch`)).to.deep.equal({
      ...read,
      patch: true,
    });
    expect(kubernetesType(`kubernetes:core/${version}:PatchOwn`)).to.deep.equal({
      ...read,
      group: "core",
      kind: "PatchOwn",
    });
    for (const token of [
      `my:kubernetes:core/${version}:Own`,
      `kubernetes:core/${version}:Own/x`,
      `kubernetes:core/${version}:OwnPatch:x`,
      `kubernetes:core/${version}:`,
      `kubernetes:core/${version}:Own-x`,
      `kubernetes:/${version}:Own`,
      `kubernetes:co:re/${version}:Own`,
      `kubernetes:core/${version}/x:Own`,
      `kubernetes:core/:Own${fresh}`,
    ]) {
      expect(kubernetesType(token), token).to.equal(undefined);
    }
  });

  it("recognizes sets of listeners of the standard and the experimental API", () => {
    const is = (group: string, kind: string) => isListenerSet({ group, kind, version: "v1", patch: false });
    expect(is("gateway.networking.k8s.io", "ListenerSet")).to.equal(true);
    expect(is("gateway.networking.x-k8s.io", "XListenerSet")).to.equal(true);
    expect(is("gateway.networking.k8s.io", "XListenerSet")).to.equal(false);
    expect(is("gateway.networking.x-k8s.io", "ListenerSet")).to.equal(false);
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

  it("reads Istio's objects in texts of manifests, and nothing in other texts", () => {
    const read = (text: unknown) =>
      kubernetesResources({
        type: "kubernetes:example.com/v1:Installer",
        name: "own",
        urn: "",
        props: guarded({ spec: { text } }),
      })
        .flatMap(embeddedObjects)
        .map(({ title, type, urn, fields }) => [title, type, urn, fields.at("spec", "a").value]);
    const manifest = (kind: string, head = "apiVersion: networking.istio.io/v1") =>
      `${head}\nkind: ${kind}\nmetadata: { name: one }\nspec: { a: yes, a: off }`;
    const found = (kind: string) => [
      `${kind} one`,
      { group: "networking.istio.io", version: "v1", kind, patch: false },
      "",
      false,
    ];
    expect(read(manifest("Gateway"))).to.deep.equal([found("Gateway")]);
    const both = `${manifest("Gateway")}\n---\ntext\n---\n${manifest("Sidecar")}`;
    expect(read(both)).to.deep.equal([found("Gateway"), found("Sidecar")]);
    for (const head of [
      `"apiVersion": networking.istio.io/v1`,
      `'apiVersion' : "networking.istio.io/v1"`,
      `apiVersion:   'networking.istio.io/v1'`,
      `# first\napiVersion:\n  networking.istio.io/v1`,
    ]) {
      expect(read(manifest("Gateway", head)), head).to.deep.equal([found("Gateway")]);
    }
    expect(read(`- ${manifest("Gateway").replaceAll("\n", "\n  ")}`)).to.deep.equal([found("Gateway")]);
    const list = `kind: List\nitems:\n  - ${manifest("Gateway").replaceAll("\n", "\n    ")}`;
    expect(read(list)).to.deep.equal([found("Gateway")]);
    for (const text of [
      unknown,
      1,
      "",
      "networking.istio.io/v1",
      manifest("Gateway", "apiVersion: example.com/v1"),
      manifest("Gateway", "apiVersion: own.networking.istio.io/v1"),
      manifest("Gateway", "apiVersion: install.istio.io/v1"),
      manifest("Gateway", "# apiVersion: networking.istio.io/v1"),
      `${manifest("Gateway")}\nbroken: *none`,
      manifest("[a]"),
      "apiVersion: networking.istio.io/v1\nkind: Gateway",
    ]) {
      expect(read(text), String(text)).to.deep.equal([]);
    }
  });
});
