import { expect } from "chai";
import { IstioControlPlane } from "../../components/istioControlPlane";
import { type IstioControlPlaneArgs, istioReleases } from "../../components/istioReleases";

const version = "1.31.0";
const names = (args: Omit<IstioControlPlaneArgs, "version">): string[] =>
  istioReleases({ version, ...args }).map(({ namespace, name }) => `${namespace}/${name}`);
const valuesOf = (name: string, args: Omit<IstioControlPlaneArgs, "version">) =>
  istioReleases({ version, ...args }).find((release) => release.name === name)?.values;

describe("components/istioReleases", () => {
  describe("the CNI node agent", () => {
    it("is installed between base and istiod, and istiod's pods go without an init container", () => {
      expect(names({ cni: {}, gateways: [{ name: "istio-ingress" }] })).to.deep.equal([
        "istio-system/istio-base",
        "istio-system/istio-cni",
        "istio-system/istiod",
        "istio-ingress/istio-ingress",
      ]);
      expect(valuesOf("istiod", { cni: {} })).to.deep.equal({
        cni: { enabled: true },
        global: { tag: version },
      });
      expect(names({})).to.deep.equal(["istio-system/istio-base", "istio-system/istiod"]);
      expect(valuesOf("istiod", {})).to.deep.equal({ global: { tag: version } });
    });

    it("is in kube-system on OpenShift, in the control plane's namespace elsewhere, and where it is told", () => {
      expect(names({ cni: {}, platform: "openshift" })[1]).to.equal("kube-system/istio-cni");
      expect(names({ cni: {}, platform: "gke" })[1]).to.equal("istio-system/istio-cni");
      expect(names({ cni: {}, namespace: "istio" })[1]).to.equal("istio/istio-cni");
      expect(names({ cni: { namespace: "kube-system" } })[1]).to.equal("kube-system/istio-cni");
    });

    it("has the images, the logs and the platform of istiod, and values of its own over them", () => {
      const args = {
        cni: { values: { cniBinDir: "/bin" } },
        platform: "k3s",
        imagePullSecrets: ["registry"],
        istiod: { global: { hub: "registry.example.com/istio", tag: "1.31.0-distroless", logAsJson: true } },
      };
      expect(valuesOf("istio-cni", args)).to.deep.equal({
        cniBinDir: "/bin",
        global: {
          hub: "registry.example.com/istio",
          tag: "1.31.0-distroless",
          logAsJson: true,
          platform: "k3s",
          imagePullSecrets: ["registry"],
        },
      });
      expect(valuesOf("istio-cni", { cni: {} })).to.deep.equal({ global: { tag: version } });
    });

    it("stays at the control plane's own version while another one runs beside it", () => {
      const canary = { version: "1.32.0", revision: "1-32-0" };
      const releases = istioReleases({ version, revision: "1-31-0", cni: {}, canary });
      expect(releases.map(({ name, version: installed }) => `${name} ${installed}`)).to.deep.equal([
        "istio-base 1.32.0",
        "istio-cni 1.31.0",
        "istiod-1-31-0 1.31.0",
        "istiod-1-32-0 1.32.0",
      ]);
      const next = releases.find(({ name }) => name === "istiod-1-32-0");
      expect(next?.values).to.have.nested.property("cni.enabled", true);
    });
  });

  it("gives platform and pull secrets to the charts that read them", () => {
    const args = {
      platform: "openshift",
      imagePullSecrets: ["registry"],
      gateways: [{ name: "istio-ingress" }],
    };
    expect(valuesOf("istiod", args)).to.deep.equal({
      global: { tag: version, platform: "openshift", imagePullSecrets: ["registry"] },
    });
    expect(valuesOf("istio-base", args)).to.deep.equal({});
    // Its pods are injected, so istiod adds the pull secrets.
    expect(valuesOf("istio-ingress", args)).to.deep.equal({});
  });

  it("tells a gateway's proxy what is in front of it, beside annotations of its own", () => {
    const gateway = (rest: object) =>
      valuesOf("istio-ingress", { gateways: [{ name: "istio-ingress", ...rest }] });
    const topology = (gatewayTopology: object) => ({
      podAnnotations: { "proxy.istio.io/config": JSON.stringify({ gatewayTopology }) },
    });
    expect(gateway({ numTrustedProxies: 2 })).to.deep.equal(topology({ numTrustedProxies: 2 }));
    expect(gateway({ proxyProtocol: true })).to.deep.equal(topology({ proxyProtocol: {} }));
    expect(gateway({ proxyProtocol: false })).to.deep.equal({});
    const values = { podAnnotations: { team: "edge" }, service: { externalTrafficPolicy: "Local" } };
    const both = topology({ numTrustedProxies: 1, proxyProtocol: {} });
    expect(gateway({ numTrustedProxies: 1, proxyProtocol: true, values })).to.deep.equal({
      service: { externalTrafficPolicy: "Local" },
      podAnnotations: { ...both.podAnnotations, team: "edge" },
    });
  });

  it("merges free values last, into both istiods during an upgrade", () => {
    const args: IstioControlPlaneArgs = {
      version,
      revision: "1-31-0",
      canary: { version: "1.32.0", revision: "1-32-0" },
      cni: {},
      istiod: { autoscaleMin: 2, env: { A: "typed", B: "typed" } },
      gateways: [{ name: "istio-ingress", values: { replicaCount: 1 } }, { name: "istio-egress" }],
      values: {
        base: { base: { excludedCRDs: ["envoyfilters.networking.istio.io"] } },
        cni: { repair: { deletePods: true } },
        istiod: { env: { A: "free", B: null }, keepaliveMaxServerConnectionAge: "1h" },
        gateways: { "istio-ingress": { replicaCount: 2, priorityClassName: "edge" } },
      },
    };
    const values = Object.fromEntries(istioReleases(args).map((release) => [release.name, release.values]));
    const istiod = {
      autoscaleMin: 2,
      env: { A: "free" },
      keepaliveMaxServerConnectionAge: "1h",
      cni: { enabled: true },
    };
    expect(values).to.deep.equal({
      "istio-base": { base: { excludedCRDs: ["envoyfilters.networking.istio.io"] } },
      "istio-cni": { global: { tag: version }, repair: { deletePods: true } },
      "istiod-1-31-0": { ...istiod, revision: "1-31-0", global: { tag: version } },
      "istiod-1-32-0": { ...istiod, revision: "1-32-0", global: { tag: "1.32.0" } },
      "istio-ingress": { revision: "1-31-0", replicaCount: 2, priorityClassName: "edge" },
      "istio-egress": { revision: "1-31-0" },
    });
  });

  it("leaves base out beside an Istio whose CRDs are there already", () => {
    expect(names({ installBase: false, revision: "mesh" })).to.deep.equal(["istio-system/istiod-mesh"]);
  });

  it("refuses arguments that nothing is installed with, or that the charts don't know, all at once", () => {
    const args = {
      version,
      platform: "eks",
      installBase: false,
      gateways: [{ name: "istio-ingress", numTrustedProxies: -1 }],
      values: { base: {}, cni: {}, gateways: { ingress: {} } },
    };
    expect(() => new IstioControlPlane("istio", args)).to.throw(
      [
        'platform "eks" has no profile in Istio\'s charts. Use one of gke, k3d, k3s, microk8s, minikube, openshift, or remove it.',
        "values.cni is set, but cni is not, so it has no effect. Set cni to {}, or remove values.cni.",
        "values.base is set, but installBase is false, so it has no effect. Remove one of the two.",
        'values.gateways has values for "ingress", but the gateways are istio-ingress. Use one of these names.',
        'numTrustedProxies of the gateway "istio-ingress" is -1. Set the number of proxies in front of it, such as 1.',
      ]
        .map((problem) => `IstioControlPlane "istio": ${problem}`)
        .join("\n"),
    );
  });
});
