import { expect } from "chai";
import { requireMeshWideStrict } from "../../policies/requireMeshWideStrict";
import { type Resource, unknown, validateStack } from "../engine";
import { asPatch, destinationRule, istio, istiod, peerAuthentication } from "../resources";

const judge = (resources: Resource[], configuration = {}) =>
  validateStack(requireMeshWideStrict, resources, configuration);

const missingIn = (root: string) => [
  `The mesh's root namespace ${root} has no PeerAuthentication without spec.selector and with spec.mtls.mode STRICT, ` +
    `so sidecars accept plaintext. Add one, named default.`,
];

describe("require-mesh-wide-strict", () => {
  it("accepts a mesh with the PeerAuthentication, in every API version", async () => {
    for (const version of ["v1", "v1beta1"]) {
      const { props, name } = peerAuthentication();
      const strict = { type: `kubernetes:security.istio.io/${version}:PeerAuthentication`, name, props };
      expect(await judge([istiod(), strict])).to.deep.equal({ violations: [] });
    }
  });

  it("refuses an istiod release without it", async () => {
    expect(await judge([istiod()])).to.deep.equal({ violations: missingIn("istio-system") });
  });

  it("recognizes istiod by name, URL, archive and path", async () => {
    const charts = [
      "istiod",
      "istio/istiod",
      "oci://registry.example.com/charts/istiod",
      "./charts/istiod-1.31.0.tgz",
      "manifests/charts/istio-control/istio-discovery",
    ];
    for (const chart of charts) {
      expect(await judge([istiod({}, chart)]), chart).to.deep.equal({
        violations: missingIn("istio-system"),
      });
    }
  });

  it("refuses a stack that only uses a mesh, unless control planes have stacks of their own", async () => {
    expect(await judge([destinationRule()])).to.deep.equal({ violations: missingIn("istio-system") });
    expect(await judge([destinationRule()], { requiredIn: "control-planes" })).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no istiod release",
    });
    expect(await judge([istiod()], { requiredIn: "control-planes" })).to.deep.equal({
      violations: missingIn("istio-system"),
    });
  });

  it("finds the mesh among other resources", async () => {
    const namespace = {
      type: "kubernetes:core/v1:Namespace",
      name: "shop",
      props: { metadata: { name: "shop" } },
    };
    expect(await judge([namespace, destinationRule()])).to.deep.equal({
      violations: missingIn("istio-system"),
    });
    expect(await judge([namespace, istiod()], { requiredIn: "control-planes" })).to.deep.equal({
      violations: missingIn("istio-system"),
    });
  });

  it("does not apply to stacks without a mesh", async () => {
    const namespace = {
      type: "kubernetes:core/v1:Namespace",
      name: "shop",
      props: { metadata: { name: "shop" } },
    };
    const bucket = { type: "aws:s3/bucket:Bucket", name: "logs", props: {} };
    const database = istiod({}, "postgresql");
    expect(await judge([namespace, bucket, database])).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no istiod release and no Istio object",
    });
  });

  it("refuses one in another namespace, with a selector, or in another mode", async () => {
    const strict = { mode: "STRICT" };
    const useless = [
      peerAuthentication({ mtls: strict }, "shop"),
      peerAuthentication({ mtls: strict, selector: { matchLabels: { app: "catalog" } } }),
      peerAuthentication({ mtls: { mode: "PERMISSIVE" } }),
      peerAuthentication({ mtls: {} }),
      peerAuthentication({}),
      asPatch(peerAuthentication()),
      istio(
        "security.istio.io/v1",
        "RequestAuthentication",
        { namespace: "istio-system", name: "default" },
        { mtls: strict },
      ),
    ];
    for (const resource of useless) {
      expect(await judge([istiod(), resource])).to.deep.equal({ violations: missingIn("istio-system") });
    }
  });

  it("takes a selector without labels for none, as Istio does", async () => {
    const everyone = peerAuthentication({ mtls: { mode: "STRICT" }, selector: { matchLabels: {} } });
    expect(await judge([istiod(), everyone])).to.deep.equal({ violations: [] });
  });

  it("reads the root namespace from istiod's values", async () => {
    const moved = istiod({ meshConfig: { rootNamespace: "mesh-root" } });
    const renamed = istiod({ global: { istioNamespace: "istio" } });
    expect(await judge([moved, peerAuthentication()])).to.deep.equal({ violations: missingIn("mesh-root") });
    expect(await judge([moved, peerAuthentication(undefined, "mesh-root")])).to.deep.equal({
      violations: [],
    });
    expect(await judge([renamed, peerAuthentication(undefined, "istio")])).to.deep.equal({ violations: [] });
    expect(await judge([moved, renamed])).to.deep.equal({
      violations: [...missingIn("mesh-root"), ...missingIn("istio")],
    });
  });

  it("lets the organization name the root namespace", async () => {
    const stack = [istiod({ meshConfig: { rootNamespace: "mesh-root" } }), peerAuthentication()];
    expect(await judge(stack, { rootNamespace: "istio-system" })).to.deep.equal({ violations: [] });
    expect(await judge(stack, { rootNamespace: "istio-config" })).to.deep.equal({
      violations: missingIn("istio-config"),
    });
  });

  describe("with unknown values", () => {
    const open = peerAuthentication({ mtls: { mode: unknown } });
    const note =
      "PeerAuthentication istio-system/default: string value at .spec.mtls.mode can't be known during preview";

    it("says so if the verdict hangs on them", async () => {
      expect(await judge([istiod(), open])).to.deep.equal({ violations: [], undecided: note });
      expect(
        await judge([istiod({ meshConfig: { rootNamespace: unknown } }), peerAuthentication()]),
      ).to.deep.equal({
        violations: [],
        undecided:
          "Release istio-system/istiod: string value at .values.meshConfig.rootNamespace can't be known during preview",
      });
    });

    it("says nothing if another object settles it", async () => {
      expect(
        await judge([istiod({ kiali: { password: unknown } }), open, peerAuthentication()]),
      ).to.deep.equal({
        violations: [],
      });
    });

    it("refuses if what is known rules them out", async () => {
      const elsewhere = peerAuthentication({ mtls: { mode: unknown } }, "shop");
      expect(await judge([istiod(), elsewhere])).to.deep.equal({ violations: missingIn("istio-system") });
    });
  });
});
