import { expect } from "chai";
import { IstioControlPlane } from "../../components/istioControlPlane";
import type { IstioControlPlaneArgs } from "../../components/istioReleases";
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

  it("takes Istio's own repository by default", async () => {
    expect(release(await declare({ version: "1.31.0" }), "istiod")?.repositoryOpts).to.deep.equal({
      repo: "https://istio-release.storage.googleapis.com/charts",
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

  for (const version of ["1.31", "latest", "^1.31.0", "1.31.x", ""]) {
    it(`refuses the version "${version}"`, () => {
      expect(() => new IstioControlPlane("istio", { version })).to.throw(
        `version "${version}" is not exact. Write one such as 1.31.0`,
      );
    });
  }
});
