import { expect } from "chai";
import { requireSupportedVersions } from "../../policies/requireSupportedVersions";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, gatewayRelease, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireSupportedVersions, resource, configuration);
const version = (version: unknown, chart = "gateway") => judge(gatewayRelease({}, { version, chart }));
const at = (text: string) => ({
  violations: [`Release ${text}, which is not supported. Use 1.29 or 1.30 or 1.31.`],
});

describe("require-supported-versions", () => {
  it("accepts supported versions of Istio, and any of other charts", async () => {
    for (const supported of ["1.29.0", "1.30.4", "v1.31.0", "1.31.0-rc.1"]) {
      expect(await version(supported)).to.deep.equal({ violations: [] });
    }
    expect(await version("2.29.0", "kiali-server")).to.deep.equal({ violations: [] });
    expect(await judge(istiod({ global: { tag: "1.31.0-distroless" } }))).to.deep.equal({ violations: [] });
  });

  it("refuses older and newer ones, in every chart of Istio", async () => {
    for (const chart of ["base", "istiod", "gateway", "cni", "oci://registry.example.com/ztunnel"]) {
      expect(await version("1.20.0", chart)).to.deep.equal(
        at("istio-ingress/istio-ingress: version is of version 1.20"),
      );
    }
    expect(await version("1.99.0")).to.deep.equal(
      at("istio-ingress/istio-ingress: version is of version 1.99"),
    );
  });

  it("reads the version of an archive or a tag, whatever version says", async () => {
    const chart = (chart: string, version?: string) => judge(gatewayRelease({}, { version, chart }));
    for (const old of [
      "./charts/gateway-1.20.0.tgz",
      "https://charts.example.com/gateway-1.20.0.tgz?download=true",
      "oci://registry.example.com/charts/gateway:1.20.0",
      `oci://registry.example.com/charts/gateway:1.20.0@sha256:${"a".repeat(64)}`,
    ]) {
      for (const version of [undefined, "1.31.0"]) {
        expect(await chart(old, version)).to.deep.equal(
          at("istio-ingress/istio-ingress: chart is of version 1.20"),
        );
      }
      expect(await chart(old.replace("1.20.0", "1.31.0"))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses images of other versions than the chart's", async () => {
    expect(await judge(istiod({ global: { tag: "1.20.0-distroless" } }))).to.deep.equal(
      at("istio-system/istiod: values.global.tag is of version 1.20"),
    );
    expect(await judge(istiod({ pilot: { global: { tag: "1.20.0" } } }))).to.deep.equal(
      at("istio-system/istiod: values.pilot.global.tag is of version 1.20"),
    );
    expect(await judge(istiod({ pilot: { tag: "1.20.1" } }))).to.deep.equal(
      at("istio-system/istiod: values.pilot.tag is of version 1.20"),
    );
    const proxy = { image: "registry.example.com:5000/proxyv2:1.19.3" };
    expect(await judge(istiod({ global: { proxy } }))).to.deep.equal(
      at("istio-system/istiod: values.global.proxy.image is of version 1.19"),
    );
  });

  it("refuses sidecars of other versions that pods want", async () => {
    const wanted = (image: unknown) => judge(annotatedPod({ "sidecar.istio.io/proxyImage": image }));
    expect(await wanted("registry.example.com:5000/istio/proxyv2:1.19.3")).to.deep.equal({
      violations: [
        'Deployment shop/catalog: spec.template.metadata.annotations["sidecar.istio.io/proxyImage"] is of version 1.19, which ' +
          "is not supported. Use 1.29 or 1.30 or 1.31.",
      ],
    });
    // The injector passes over a name without a slash.
    for (const image of ["registry.example.com/istio/proxyv2:1.31.0-distroless", "proxyv2:1.19.3"]) {
      expect(await wanted(image), image).to.deep.equal({ violations: [] });
    }
    expect(await wanted(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.metadata.annotations.sidecar.istio.io/proxyImage can't be " +
        "known during preview",
    });
  });

  it("takes the organization's versions", async () => {
    const outcome = await judge(istiod(), { versions: ["1.30"] });
    expect(outcome).to.deep.equal({
      violations: [
        "Release istio-system/istiod: version is of version 1.31, which is not supported. Use 1.30.",
      ],
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await version(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-ingress/istio-ingress: string value at .version can't be known during preview",
    });
  });
});
