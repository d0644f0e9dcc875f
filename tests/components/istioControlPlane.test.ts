import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { IstioControlPlane, withoutGateways } from "../../components/istioControlPlane";
import type { IstioControlPlaneArgs } from "../../components/istioReleases";
import { facts } from "../../policy-pack/facts";
import { type Registration, registrations } from "./registrations";

const declare = (args: IstioControlPlaneArgs): Promise<Registration[]> =>
  registrations(() => {
    new IstioControlPlane("istio", args);
  });
const release = (all: Registration[], name: string): Record<string, unknown> | undefined =>
  all.find(({ type, inputs }) => type === "kubernetes:helm.sh/v3:Release" && inputs.name === name)?.inputs;

describe("components/istioControlPlane", () => {
  it("declares base, istiod and each gateway as exact Helm releases, in namespaces of their own", async () => {
    const all = await declare({
      version: "1.31.0",
      repository: "https://charts.example.com",
      timeoutSeconds: 60,
      istiod: { autoscaleMin: 3, global: { hub: "registry.example.com/istio" } },
      gateways: [{ name: "istio-ingress", values: { service: { type: "ClusterIP" } } }],
    });
    expect(
      all.map(({ type, name }) => `${type} ${name}`).filter((line) => !line.startsWith("meshwright")),
    ).to.deep.equal([
      "kubernetes:core/v1:Namespace istio-system-namespace",
      "kubernetes:helm.sh/v3:Release istio-base",
      "kubernetes:helm.sh/v3:Release istio-istiod",
      "kubernetes:security.istio.io/v1:PeerAuthentication istio-PeerAuthentication/istio-system/default",
      "kubernetes:core/v1:Namespace istio-istio-ingress-namespace",
      "kubernetes:helm.sh/v3:Release istio-istio-ingress-release",
    ]);
    const common = {
      version: "1.31.0",
      repositoryOpts: { repo: "https://charts.example.com" },
      timeout: 60,
      skipAwait: false,
      atomic: true,
      cleanupOnFail: true,
      compat: "true",
    };
    expect(release(all, "istio-base")).to.deep.equal({
      ...common,
      name: "istio-base",
      chart: "base",
      namespace: "istio-system",
      values: {},
    });
    expect(release(all, "istiod")).to.deep.equal({
      ...common,
      name: "istiod",
      chart: "istiod",
      namespace: "istio-system",
      values: { autoscaleMin: 3, global: { tag: "1.31.0", hub: "registry.example.com/istio" } },
    });
    expect(release(all, "istio-ingress")).to.deep.equal({
      ...common,
      name: "istio-ingress",
      chart: "gateway",
      namespace: "istio-ingress",
      values: { service: { type: "ClusterIP" } },
    });
  });

  it("tells what has to exist for injection and validation: every istiod and tag, but no gateway", async () => {
    const urns: pulumi.Output<string>[] = [];
    await registrations(() => {
      const istio = new IstioControlPlane("istio", {
        version: "1.31.0",
        revision: "1-31-0",
        revisionTags: ["prod"],
        canary: { version: "1.31.1", revision: "1-31-1" },
        gateways: [{ name: "istio-ingress" }],
      });
      urns.push(...withoutGateways(istio).map(({ urn }) => urn));
    });
    const found = await new Promise<string[]>((resolve) => {
      pulumi.all(urns).apply(resolve);
    });
    expect(found.map((urn) => urn.split("::").at(-1))).to.have.members([
      "istio-istiod-1-31-0",
      "istio-PeerAuthentication/istio-system/default",
      "istio-MutatingWebhookConfiguration/istio-revision-tag-prod",
      "istio-istiod-1-31-1",
    ]);
  });

  it("takes Istio's own repository by default", async () => {
    expect(release(await declare({ version: "1.31.0" }), "istiod")?.repositoryOpts).to.deep.equal({
      repo: facts.istio.charts.repository,
    });
  });

  it("gives a revision to istiod's release, its values, and the gateways", async () => {
    const all = await declare({
      version: "1.31.0",
      revision: "1-31-0",
      gateways: [{ name: "istio-ingress" }],
    });
    expect(release(all, "istiod-1-31-0")?.values).to.deep.equal({
      revision: "1-31-0",
      global: { tag: "1.31.0" },
    });
    expect(release(all, "istio-ingress")?.values).to.deep.equal({ revision: "1-31-0" });
    const home = all.find(({ name }) => name === "istio-istio-ingress-namespace");
    expect(home?.inputs.metadata).to.deep.equal({
      name: "istio-ingress",
      labels: { "istio.io/rev": "1-31-0" },
    });
  });

  describe("during an upgrade", () => {
    const next = { version: "1.32.0", revision: "1-32-0" };
    const last = { version: "1.31.0", revision: "1-31-0" };
    const istiod = { autoscaleMin: 2, global: { hub: "registry.example.com/istio" } };
    const gateways = [{ name: "istio-ingress" }];
    const versions = (all: Registration[]) =>
      all
        .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
        .map(({ name, inputs }) => [name, inputs.name, inputs.version]);

    it("has the next istiod beside its own, with the values of its own, and the definitions of the newest", async () => {
      const all = await declare({ ...last, istiod, gateways, canary: next });
      expect(versions(all)).to.have.deep.members([
        ["istio-base", "istio-base", "1.32.0"],
        ["istio-istiod-1-31-0", "istiod-1-31-0", "1.31.0"],
        ["istio-istiod-1-32-0", "istiod-1-32-0", "1.32.0"],
        ["istio-istio-ingress-release", "istio-ingress", "1.31.0"],
      ]);
      expect(release(all, "istiod-1-32-0")?.values).to.deep.equal({
        revision: "1-32-0",
        autoscaleMin: 2,
        global: { hub: "registry.example.com/istio", tag: "1.32.0" },
      });
    });

    it("changes neither istiod when the next takes over, only the gateways and the tags", async () => {
      const tagged = { istiod, gateways, revisionTags: ["prod"] };
      const [before, after] = [
        await declare({ ...last, ...tagged, canary: next }),
        await declare({ ...next, ...tagged, canary: last }),
      ];
      const byName = (all: Registration[]) => new Map(all.map((one) => [one.name, one]));
      const [old, now] = [byName(before), byName(after)];
      expect([...now.keys()]).to.have.members([...old.keys()]);
      const changed = [...now].filter(([name, { inputs }]) => {
        return JSON.stringify(inputs) !== JSON.stringify(old.get(name)?.inputs);
      });
      expect(changed.map(([name]) => name)).to.have.members([
        "istio-istio-ingress",
        "istio-istio-ingress-namespace",
        "istio-istio-ingress-release",
        "istio-MutatingWebhookConfiguration/istio-revision-tag-prod",
      ]);
    });

    it("goes from a control plane without a revision to one with it, and back", async () => {
      const unnamed = { version: "1.31.0" };
      const [to, from] = [
        await declare({ ...unnamed, canary: next }),
        await declare({ ...next, canary: unnamed }),
      ];
      expect(versions(to)).to.have.deep.members(versions(from));
      expect(versions(to)).to.deep.include(["istio-istiod", "istiod", "1.31.0"]);
      expect(versions(to)).to.deep.include(["istio-istiod-1-32-0", "istiod-1-32-0", "1.32.0"]);
    });

    it("keeps one without a revision from injecting what the tag default has taken over", async () => {
      const tagged = { ...next, revisionTags: ["default"] };
      const all = await declare({ ...tagged, canary: { version: "1.31.0" } });
      expect(release(all, "istiod")?.values).to.deep.equal({
        global: { tag: "1.31.0", operatorManageWebhooks: true },
      });
      for (const args of [
        { ...tagged, revisionTags: ["prod"], canary: { version: "1.31.0" } },
        { ...tagged, canary: last },
      ]) {
        const others = await declare(args);
        const { values } = release(others, "istiod") ?? release(others, "istiod-1-31-0") ?? {};
        expect(values).to.not.have.nested.property("global.operatorManageWebhooks");
      }
    });

    it("gives the next istiod an image of its own, whatever the present one has", async () => {
      const pinned = { ...last, istiod: { global: { tag: "1.31.0-distroless" } } };
      const all = await declare({ ...pinned, canary: next });
      expect(release(all, "istiod-1-31-0")?.values).to.have.nested.property(
        "global.tag",
        "1.31.0-distroless",
      );
      expect(release(all, "istiod-1-32-0")?.values).to.have.nested.property("global.tag", "1.32.0");
    });

    it("refuses a second istiod of the same revision, or of no exact version, both at once", () => {
      const canary = { version: "1.32", revision: "1-31-0" };
      expect(() => new IstioControlPlane("istio", { ...last, canary })).to.throw(
        /canary\.version "1\.32" is not an exact version\.[^]*canary\.revision is "1-31-0", like the control plane's own\./,
      );
      expect(
        () => new IstioControlPlane("istio", { version: "1.31.0", canary: { version: "1.32.0" } }),
      ).to.throw(
        "canary.revision is missing, like the control plane's own. Set different revisions, such as 1-32-0.",
      );
    });
  });

  for (const mtlsMode of ["DISABLE", "UNSET", "strict", ""]) {
    it(`refuses the mode "${mtlsMode}" for the whole mesh`, () => {
      expect(() => new IstioControlPlane("istio", { version: "1.31.0", mtlsMode })).to.throw(
        `mtlsMode is "${mtlsMode}". Set it to STRICT or PERMISSIVE, or remove it.`,
      );
    });
  }

  for (const version of ["1.31", "latest", "^1.31.0", "1.31.x", ""]) {
    it(`refuses the version "${version}"`, () => {
      expect(() => new IstioControlPlane("istio", { version })).to.throw(
        `version "${version}" is not an exact version. Set one such as ${facts.istio.version}`,
      );
    });
  }
});
