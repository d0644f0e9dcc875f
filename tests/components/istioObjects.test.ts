import { expect } from "chai";
import { istioObjects } from "../../components/istioObjects";
import { IstioControlPlane } from "../../components/istioControlPlane";
import type { IstioControlPlaneArgs } from "../../components/istioReleases";
import { registrations } from "./registrations";

const namespace = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

const mtls = (namespace: string, mode: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace },
  spec: { mtls: { mode } },
});

const plain: IstioControlPlaneArgs = {
  version: "1.31.0",
  gateways: [{ name: "istio-ingress" }, { name: "istio-egress", namespace: "edge" }],
};
const revised: IstioControlPlaneArgs = {
  ...plain,
  namespace: "istio-control",
  revision: "1-31-0",
  revisionTags: ["default"],
  canary: { version: "1.32.0", revision: "1-32-0" },
};

describe("components/istioObjects", () => {
  it("has the namespaces of istiod, without injection, and of each gateway, with it", () => {
    expect(istioObjects(plain)).to.deep.equal([
      namespace("istio-system", { "istio-injection": "disabled" }),
      namespace("istio-ingress", { "istio-injection": "enabled" }),
      namespace("edge", { "istio-injection": "enabled" }),
      mtls("istio-system", "STRICT"),
    ]);
  });

  it("has the gateways injected by the control plane's own revision, not its canary's, and the tags last", () => {
    const objects = istioObjects(revised);
    expect(objects.slice(0, 3)).to.deep.equal([
      namespace("istio-control", { "istio-injection": "disabled" }),
      namespace("istio-ingress", { "istio.io/rev": "1-31-0" }),
      namespace("edge", { "istio.io/rev": "1-31-0" }),
    ]);
    expect(objects.slice(4).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal([
      "MutatingWebhookConfiguration istio-revision-tag-default-istio-control",
    ]);
  });

  it("has the mesh-wide PeerAuthentication, which is STRICT unless the arguments say PERMISSIVE", () => {
    const wide = (args: IstioControlPlaneArgs) =>
      istioObjects(args).filter(({ kind }) => kind === "PeerAuthentication");
    expect(wide(plain)).to.deep.equal([mtls("istio-system", "STRICT")]);
    expect(wide(revised)).to.deep.equal([mtls("istio-control", "STRICT")]);
    expect(wide({ ...plain, mtlsMode: "PERMISSIVE" })).to.deep.equal([mtls("istio-system", "PERMISSIVE")]);
  });

  for (const [name, args] of Object.entries({ plain, revised })) {
    it(`is what the component declares beside its releases, each once: ${name}`, async () => {
      const all = await registrations(() => {
        new IstioControlPlane("istio", args);
      });
      const declared = all.filter(({ type }) => !/^meshwright|:Release$/.test(type));
      expect(declared.map(({ inputs }) => inputs)).to.have.deep.members(
        istioObjects(args).map((object) => JSON.parse(JSON.stringify(object)) as unknown),
      );
    });
  }
});
