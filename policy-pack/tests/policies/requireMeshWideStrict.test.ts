import { expect } from "chai";
import { forgetExemptions } from "../../exemptions";
import { messages, requireMeshWideStrict } from "../../policies/requireMeshWideStrict";
import { type Resource, unknown, validateStack } from "../engine";
import { joining, joiningElsewhere, notJoining } from "../joining";
import {
  asPatch,
  deployment,
  destinationRule,
  gatewayRelease,
  istio,
  istiod,
  namespace,
  peerAuthentication,
} from "../resources";

const judge = (resources: Resource[], configuration = {}) =>
  validateStack(requireMeshWideStrict, resources, configuration);

const missingIn = (root: string) => [messages.mesh(root)];

describe("require-mesh-wide-strict", () => {
  after(forgetExemptions);

  it("states the object, the problem and the fix", () => {
    expect(messages.mesh("istio-system")).to.equal(
      "The mesh's root namespace istio-system has no PeerAuthentication without spec.selector and with spec.mtls.mode " +
        "STRICT, so sidecars accept plaintext. Add one, named default.",
    );
    expect(messages.namespace("shop")).to.equal(
      "Namespace shop has no PeerAuthentication without spec.selector and with spec.mtls.mode STRICT, and the stack has none " +
        "for the whole mesh, so sidecars may accept plaintext. Add one, named default.",
    );
    expect(messages.workload("Deployment shop/catalog")).to.equal(
      "Deployment shop/catalog: no PeerAuthentication with spec.mtls.mode STRICT selects its pods, and the stack does not own " +
        "the namespace, so the sidecar may accept plaintext. Add one whose spec.selector selects them.",
    );
  });

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

  describe("in a stack whose mesh another stack installs", () => {
    const missingFor = messages.namespace;

    it("requires STRICT in each of its namespaces, or mesh-wide", async () => {
      const two = [namespace(), namespace({ "istio.io/rev": "1-31-0" }, "bank")];
      expect(await judge(two)).to.deep.equal({ violations: [missingFor("shop"), missingFor("bank")] });
      const own = peerAuthentication(undefined, "shop");
      expect(await judge([...two, own])).to.deep.equal({ violations: [missingFor("bank")] });
      expect(await judge([...two, own, peerAuthentication(undefined, "bank")])).to.deep.equal({
        violations: [],
      });
      expect(await judge([...two, peerAuthentication()])).to.deep.equal({ violations: [] });
    });

    it("does not accept a selector or another mode for a namespace", async () => {
      for (const spec of [
        { mtls: { mode: "STRICT" }, selector: { matchLabels: { app: "catalog" } } },
        { mtls: { mode: "PERMISSIVE" } },
        {},
      ]) {
        expect(await judge([namespace(), peerAuthentication(spec, "shop")])).to.deep.equal({
          violations: [missingFor("shop")],
        });
      }
    });

    it("requires it in a gateway's namespace if other pods are there, too", async () => {
      expect(await judge([namespace(undefined, "istio-ingress"), gatewayRelease()])).to.deep.equal({
        violations: [],
      });
      const pod = deployment();
      const metadata = { ...(pod.props.metadata as object), namespace: "istio-ingress" };
      const other = { ...pod, props: { ...pod.props, metadata } };
      expect(await judge([namespace(undefined, "istio-ingress"), gatewayRelease(), other])).to.deep.equal({
        violations: [messages.namespace("istio-ingress")],
      });
    });

    it("requires one that selects the pods if the stack does not own the namespace", async () => {
      const selecting = (app: string, mode = "STRICT") =>
        peerAuthentication({ mtls: { mode }, selector: { matchLabels: { app } } }, "shop");
      const message = messages.workload("Deployment shop/catalog");
      expect(await judge([joining])).to.deep.equal({ violations: [message] });
      expect(await judge([joining, selecting("cart")])).to.deep.equal({ violations: [message] });
      expect(await judge([joining, selecting("catalog", "PERMISSIVE")])).to.deep.equal({
        violations: [message],
      });
      expect(await judge([joining, selecting("catalog")])).to.deep.equal({ violations: [] });
    });

    it("judges the workloads that join the mesh by themselves only, each in its own namespace", async () => {
      const messagesOf = [
        messages.workload("Deployment shop/catalog"),
        messages.workload("Deployment bank/catalog"),
      ];
      expect(await judge([joining, joiningElsewhere])).to.deep.equal({ violations: messagesOf });
      expect(await judge([joining, ...notJoining])).to.deep.equal({ violations: messagesOf.slice(0, 1) });
    });

    it("reads no patch, no other kind and no port without STRICT as the workload's own", async () => {
      const spec = { mtls: { mode: "STRICT" }, selector: { matchLabels: { app: "catalog" } } };
      const strict = peerAuthentication(spec, "shop");
      const metadata = { namespace: "shop", name: "default" };
      expect(await judge([joining, strict])).to.deep.equal({ violations: [] });
      for (const other of [
        asPatch(strict),
        istio("security.istio.io/v1", "Any", metadata, spec),
        peerAuthentication({ ...spec, portLevelMtls: { 8080: { mode: "PERMISSIVE" } } }, "shop"),
      ]) {
        expect(await judge([joining, other])).to.deep.equal({
          violations: [messages.workload("Deployment shop/catalog")],
        });
      }
    });

    it("requires none in the root namespace, nor by pods of another namespace than a gateway's", async () => {
      expect(await judge([namespace(undefined, "istio-system")])).to.deep.equal({ violations: [] });
      const ingress = [namespace(undefined, "istio-ingress"), gatewayRelease()];
      const shop = [namespace(), deployment(), peerAuthentication(undefined, "shop")];
      expect(await judge([...ingress, ...shop])).to.deep.equal({ violations: [] });
    });

    it("excludes the mesh and namespaces by their namespace, and exempts them by their names", async () => {
      for (const [resource, inNamespace, name, message] of [
        [istiod(), "istio-system", "default", messages.mesh("istio-system")],
        [namespace(), "shop", "shop", messages.namespace("shop")],
      ] as const) {
        const excluding = (other: string) => judge([resource], { excludeFor: [{ namespace: other }] });
        expect(await excluding(inNamespace)).to.deep.equal({ violations: [] });
        expect(await excluding("other")).to.deep.equal({ violations: [message] });
        const until = new Date(Date.now() + 86_400_000).toISOString();
        const exempting = (named: string) =>
          judge([resource], {
            exemptions: [{ namespace: inNamespace, name: named, until, reason: "moves" }],
          });
        expect(await exempting(name)).to.deep.equal({ violations: [] });
        expect(await exempting("other")).to.deep.equal({ violations: [message] });
      }
    });

    it("does not apply without pods of the mesh, or by the setting requiredIn", async () => {
      const nothing = "The stack has no istiod release and no namespace whose pods get a sidecar";
      const outside = namespace({ "istio-injection": "disabled" });
      for (const stack of [[destinationRule()], [outside, destinationRule(), deployment()]]) {
        expect(await judge(stack)).to.deep.equal({ violations: [], notApplicable: nothing });
      }
      expect(await judge([namespace()], { requiredIn: "control-planes" })).to.deep.equal({
        violations: [],
        notApplicable: "The stack has no istiod release",
      });
      expect(await judge([istiod()], { requiredIn: "control-planes" })).to.deep.equal({
        violations: missingIn("istio-system"),
      });
    });

    it("reports unknown values as undecided", async () => {
      const open = peerAuthentication({ mtls: { mode: unknown } }, "shop");
      expect(await judge([namespace(), open])).to.deep.equal({
        violations: [],
        undecided:
          "PeerAuthentication shop/default: string value at .spec.mtls.mode can't be known during preview",
      });
    });
  });

  it("does not accept STRICT namespaces if the stack installs the control plane", async () => {
    expect(await judge([istiod(), namespace(), peerAuthentication(undefined, "shop")])).to.deep.equal({
      violations: missingIn("istio-system"),
    });
  });

  it("does not apply to stacks without a mesh", async () => {
    const bucket = { type: "aws:s3/bucket:Bucket", name: "logs", props: {} };
    const database = istiod({}, "postgresql");
    expect(await judge([namespace({}), bucket, database])).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no istiod release and no namespace whose pods get a sidecar",
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

  it("reads a selector without labels as no selector, as Istio does", async () => {
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

  it("applies the organization's root namespace", async () => {
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

    it("is undecided if the verdict depends on them", async () => {
      expect(await judge([istiod(), open])).to.deep.equal({ violations: [], undecided: note });
      expect(
        await judge([istiod({ meshConfig: { rootNamespace: unknown } }), peerAuthentication()]),
      ).to.deep.equal({
        violations: [],
        undecided:
          "Release istio-system/istiod: string value at .values.meshConfig.rootNamespace can't be known during preview",
      });
    });

    it("accepts if another object decides", async () => {
      expect(
        await judge([istiod({ kiali: { password: unknown } }), open, peerAuthentication()]),
      ).to.deep.equal({
        violations: [],
      });
    });

    it("refuses if known values decide", async () => {
      const elsewhere = peerAuthentication({ mtls: { mode: unknown } }, "shop");
      expect(await judge([istiod(), elsewhere])).to.deep.equal({ violations: missingIn("istio-system") });
    });
  });
});
