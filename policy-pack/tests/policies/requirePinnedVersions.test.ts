import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requirePinnedVersions } from "../../policies/requirePinnedVersions";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, istiod, kiali, prometheusStack } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(requirePinnedVersions, resource);
const release = (args: Record<string, unknown>) => judge(gatewayRelease({}, args));
const image = (image: unknown) => judge(deployment({}, { image }));
const DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const ofRelease = (message: Message) => ({
  violations: [said("Release istio-ingress/istio-ingress")("version", message)],
});
const ofImage = (message: Message) => ({
  violations: [said("Deployment shop/catalog", "spec.template.spec.")("containers[0].image", message)],
});

describe("require-pinned-versions", () => {
  it("states the field, the image and the fix", async () => {
    expect(await image("catalog:latest")).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.spec.containers[0].image is catalog:latest, whose tag moves. Add the tag of a " +
          "version, or a digest: image@sha256:….",
      ],
    });
  });

  it("accepts exact versions of charts, local charts, archives and digests", async () => {
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

  it("refuses ranges, and a missing version", async () => {
    for (const version of ["1.31", "^1.31.0", "~1.31.0", ">=1.30.0", "1.x", "*", ""]) {
      expect(await release({ version })).to.deep.equal(ofRelease(messages.notExact()));
    }
    expect(await release({ version: undefined })).to.deep.equal(ofRelease(messages.noVersion()));
  });

  it("refuses moving tags in Istio's values", async () => {
    const at = (path: string) =>
      said("Release istio-system/istiod", "values.")(path, messages.movingTag("latest"));
    expect(await judge(istiod({ global: { tag: "latest" }, tag: "latest" }))).to.deep.equal({
      violations: [at("global.tag"), at("tag")],
    });
    expect(await judge(istiod({ global: { tag: "1.31.0" } }))).to.deep.equal({ violations: [] });
    // The CNI chart also reads its values below "cni".
    expect(await judge(istiod({ tag: "1.31.0", cni: { tag: "latest" } }, "cni"))).to.deep.equal({
      violations: [at("cni.tag")],
    });
    expect(await judge(istiod({ tag: "latest" }, "redis"))).to.deep.equal({ violations: [] });
  });

  it("refuses moving tags of images in other charts' values", async () => {
    const at = (chart: string, path: string, tag: string) => ({
      violations: [said(`Release monitoring/${chart}`, "values.")(path, messages.movingTag(tag))],
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

  it("accepts images with a version or a digest, and the image that the injector replaces", async () => {
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

  it("refuses images whose tag moves", async () => {
    expect(await image("registry.example.com:5000/catalog")).to.deep.equal(
      ofImage(messages.noTag("registry.example.com:5000/catalog")),
    );
    for (const tag of ["latest", "main", "stable"]) {
      expect(await image(`catalog:${tag}`)).to.deep.equal(ofImage(messages.movingImage(`catalog:${tag}`)));
    }
  });

  it("judges the sidecar image that a pod requests", async () => {
    const wanted = (image: unknown) => judge(annotatedPod({ "sidecar.istio.io/proxyImage": image }));
    const at = (message: Message) => ({
      violations: [
        said("Deployment shop/catalog")(
          'spec.template.metadata.annotations["sidecar.istio.io/proxyImage"]',
          message,
        ),
      ],
    });
    expect(await wanted("docker.io/evil/proxyv2:latest")).to.deep.equal(
      at(messages.movingImage("docker.io/evil/proxyv2:latest")),
    );
    expect(await wanted("docker.io/evil/proxyv2")).to.deep.equal(
      at(messages.noTag("docker.io/evil/proxyv2")),
    );
    // The injector ignores a name without a slash.
    for (const image of ["registry.example.com/istio/proxyv2:1.31.0", `istio/proxyv2@${DIGEST}`, "proxyv2"]) {
      expect(await wanted(image), image).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
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
