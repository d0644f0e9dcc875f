import { expect } from "chai";
import { facts } from "../../facts";
import { requirePinnedVersions } from "../../policies/requirePinnedVersions";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, istiod, kiali, prometheusStack } from "../resources";

const judge = (resource: Resource) => validateResource(requirePinnedVersions, resource);
const release = (args: Record<string, unknown>) => judge(gatewayRelease({}, args));
const image = (image: unknown) => judge(deployment({}, { image }));
const DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const ofRelease = (text: string) => ({
  violations: [
    `Release istio-ingress/istio-ingress: version ${text}. Set it to an exact version, such as ${facts.istio.version}.`,
  ],
});
const ofImage = (text: string) => ({
  violations: [
    `Deployment shop/catalog: spec.template.spec.containers[0].image is ${text}. ` +
      "Give it a version's tag, or a digest: image@sha256:….",
  ],
});

describe("require-pinned-versions", () => {
  it("accepts exact versions of charts, and charts that are what they are", async () => {
    for (const version of ["1.31.0", "v1.31.0", "1.31.0-rc.1", "1.31.0+build.5"]) {
      expect(await release({ version })).to.deep.equal({ violations: [] });
    }
    for (const chart of [
      "./charts/gateway",
      "../gateway",
      "/opt/gateway",
      "https://charts.example.com/gateway-1.31.0.tgz",
      `oci://registry.example.com/gateway@${DIGEST}`,
    ]) {
      expect(await release({ chart, version: undefined }), chart).to.deep.equal({ violations: [] });
    }
  });

  it("refuses ranges, and no version at all", async () => {
    for (const version of ["1.31", "^1.31.0", "~1.31.0", ">=1.30.0", "1.x", "*", ""]) {
      expect(await release({ version })).to.deep.equal(ofRelease("is not an exact version"));
    }
    expect(await release({ version: undefined })).to.deep.equal(
      ofRelease("is not set, so each run installs the newest chart"),
    );
  });

  it("refuses moving tags in Istio's values", async () => {
    const at = (path: string) =>
      `Release istio-system/istiod: values.${path} is latest, which moves. Set it to a version, such as ${facts.istio.version}.`;
    expect(await judge(istiod({ global: { tag: "latest" }, tag: "latest" }))).to.deep.equal({
      violations: [at("global.tag"), at("tag")],
    });
    expect(await judge(istiod({ global: { tag: "1.31.0" } }))).to.deep.equal({ violations: [] });
    // The CNI node agent's chart takes its values below "cni", too.
    expect(await judge(istiod({ tag: "1.31.0", cni: { tag: "latest" } }, "cni"))).to.deep.equal({
      violations: [at("cni.tag")],
    });
    expect(await judge(istiod({ tag: "latest" }, "redis"))).to.deep.equal({ violations: [] });
  });

  it("refuses moving tags of images in other charts' values", async () => {
    const at = (chart: string, path: string, tag: string) => ({
      violations: [
        `Release monitoring/${chart}: values.${path} is ${tag}, which moves. Set it to a version, such as ${facts.istio.version}.`,
      ],
    });
    expect(await judge(kiali({ deployment: { image_version: "latest" } }))).to.deep.equal(
      at("kiali-server", "deployment.image_version", "latest"),
    );
    expect(await judge(prometheusStack({ grafana: { image: { tag: "main" } } }))).to.deep.equal(
      at("kube-prometheus-stack", "grafana.image.tag", "main"),
    );
    expect(await judge(kiali({ deployment: { image_version: "v2.29.0" } }))).to.deep.equal({
      violations: [],
    });
  });

  it("accepts images with a version or a digest, and the one that the injector replaces", async () => {
    for (const pinned of [
      "registry.example.com:5000/catalog:1.4.2",
      "catalog:v1",
      `catalog@${DIGEST}`,
      `catalog:latest@${DIGEST}`,
      "auto",
    ]) {
      expect(await image(pinned), pinned).to.deep.equal({ violations: [] });
    }
  });

  it("refuses images that move", async () => {
    expect(await image("registry.example.com:5000/catalog")).to.deep.equal(
      ofImage("registry.example.com:5000/catalog, without a tag, which is latest"),
    );
    for (const tag of ["latest", "main", "stable"]) {
      expect(await image(`catalog:${tag}`)).to.deep.equal(ofImage(`catalog:${tag}, whose tag moves`));
    }
  });

  it("asks the same of the sidecar that a pod wants", async () => {
    const wanted = (image: unknown) => judge(annotatedPod({ "sidecar.istio.io/proxyImage": image }));
    const at = (problem: string) => ({
      violations: [
        `Deployment shop/catalog: spec.template.metadata.annotations["sidecar.istio.io/proxyImage"] is ${problem}. ` +
          "Give it a version's tag, or a digest: image@sha256:….",
      ],
    });
    expect(await wanted("docker.io/evil/proxyv2:latest")).to.deep.equal(
      at("docker.io/evil/proxyv2:latest, whose tag moves"),
    );
    expect(await wanted("docker.io/evil/proxyv2")).to.deep.equal(
      at("docker.io/evil/proxyv2, without a tag, which is latest"),
    );
    // The injector passes over a name without a slash.
    for (const image of ["registry.example.com/istio/proxyv2:1.31.0", `istio/proxyv2@${DIGEST}`, "proxyv2"]) {
      expect(await wanted(image), image).to.deep.equal({ violations: [] });
    }
  });

  it("says what is open because of unknown values", async () => {
    expect(await image(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.spec.containers.0.image can't be known during preview",
    });
    expect(await release({ version: unknown })).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-ingress/istio-ingress: string value at .version can't be known during preview",
    });
  });
});
