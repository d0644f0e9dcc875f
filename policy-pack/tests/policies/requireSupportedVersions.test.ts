import { expect } from "chai";
import { clock } from "../../clock";
import { messages, requireSupportedVersions } from "../../policies/requireSupportedVersions";
import { atDay } from "../clock";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, gatewayRelease, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireSupportedVersions, resource, configuration);
const version = (version: unknown, chart = "gateway", configuration = {}) =>
  judge(gatewayRelease({}, { version, chart }), configuration);
const refused = (title: string, path: string, version: string, problem: string, use = "1.31.4") =>
  said(title)(path, messages.unsupported(version, { problem, use: `${use} or newer` }));
const ISTIOD = "Release istio-system/istiod";
const GATEWAY = "Release istio-ingress/istio-ingress";
const ended = (title: string, path: string, version: string) => ({
  violations: [refused(title, path, version, "is no longer supported")],
});

describe("require-supported-versions", () => {
  atDay("2026-11-26");

  it("accepts supported versions of Istio, and any version of other charts", async () => {
    for (const supported of ["1.30.4", "1.30.8", "v1.31.1", "1.31.4", "1.31.2-rc.0", "1.99.0"]) {
      expect(await version(supported), supported).to.deep.equal({ violations: [] });
    }
    expect(await version("2.29.0", "kiali-server")).to.deep.equal({ violations: [] });
    expect(await judge(istiod({ global: { tag: "1.31.4-distroless" } }))).to.deep.equal({ violations: [] });
  });

  it("refuses old versions, in every chart of Istio", async () => {
    for (const chart of ["base", "istiod", "gateway", "cni", "oci://registry.example.com/ztunnel"]) {
      expect(await version("1.20.0", chart)).to.deep.equal(ended(GATEWAY, "version", "1.20.0"));
    }
  });

  it("refuses patches with known vulnerabilities", async () => {
    expect(await version("1.31.0")).to.deep.equal({
      violations: [
        "Release istio-ingress/istio-ingress: version is 1.31.0, which has known vulnerabilities: GHSA-qm8v-g4f9-qhjx (fixed in " +
          "1.31.1). Use 1.31.4 or newer.",
      ],
    });
    const both = "GHSA-qm8v-g4f9-qhjx (fixed in 1.30.4), ISTIO-SECURITY-2026-006 (fixed in 1.30.4)";
    expect(await version("v1.30.3")).to.deep.equal({
      violations: [refused(GATEWAY, "version", "1.30.3", `has known vulnerabilities: ${both}`, "1.30.8")],
    });
    for (const patch of ["1.30.0", "1.30.1", "1.30.2", "1.31.0-rc.1"]) {
      expect((await version(patch)).violations, patch).to.have.length(1);
    }
  });

  it("refuses a minor version from the day after the end of its support", async () => {
    const { now } = clock;
    try {
      clock.now = () => Date.parse("2026-10-12T23:59:59Z");
      expect(await version("1.29.9")).to.deep.equal({ violations: [] });
      clock.now = () => Date.parse("2026-10-13T00:00:00Z");
      expect(await version("1.29.9")).to.deep.equal({
        violations: [refused(GATEWAY, "version", "1.29.9", "is of 1.29, whose support ended on 2026-10-12")],
      });
    } finally {
      clock.now = now;
    }
  });

  it("reads the version of an archive or a tag, regardless of the field version", async () => {
    const chart = (chart: string, version?: string) => judge(gatewayRelease({}, { version, chart }));
    for (const old of [
      "./charts/gateway-1.20.0.tgz",
      "https://charts.example.com/gateway-1.20.0.tgz?download=true",
      "oci://registry.example.com/charts/gateway:1.20.0",
      `oci://registry.example.com/charts/gateway:1.20.0@sha256:${"a".repeat(64)}`,
    ]) {
      for (const version of [undefined, "1.31.4"]) {
        expect(await chart(old, version)).to.deep.equal(ended(GATEWAY, "chart", "1.20.0"));
      }
      expect(await chart(old.replace("1.20.0", "1.31.4"))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses images of other versions than the chart's", async () => {
    expect(await judge(istiod({ global: { tag: "1.20.0-distroless" } }))).to.deep.equal(
      ended(ISTIOD, "values.global.tag", "1.20.0"),
    );
    expect(await judge(istiod({ pilot: { global: { tag: "1.20.0" } } }))).to.deep.equal(
      ended(ISTIOD, "values.pilot.global.tag", "1.20.0"),
    );
    expect(await judge(istiod({ pilot: { tag: "1.20.1" } }))).to.deep.equal(
      ended(ISTIOD, "values.pilot.tag", "1.20.1"),
    );
    const proxy = { image: "registry.example.com:5000/proxyv2:1.19.3" };
    expect(await judge(istiod({ global: { proxy } }))).to.deep.equal(
      ended(ISTIOD, "values.global.proxy.image", "1.19.3"),
    );
  });

  it("refuses sidecar images of other versions that pods request", async () => {
    const wanted = (image: unknown) => judge(annotatedPod({ "sidecar.istio.io/proxyImage": image }));
    expect(await wanted("registry.example.com:5000/istio/proxyv2:1.19.3")).to.deep.equal(
      ended(
        "Deployment shop/catalog",
        'spec.template.metadata.annotations["sidecar.istio.io/proxyImage"]',
        "1.19.3",
      ),
    );
    // The injector ignores a name without a slash.
    for (const image of ["registry.example.com/istio/proxyv2:1.31.4-distroless", "proxyv2:1.19.3"]) {
      expect(await wanted(image), image).to.deep.equal({ violations: [] });
    }
    expect(await wanted(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.metadata.annotations.sidecar.istio.io/proxyImage can't be " +
        "known during preview",
    });
  });

  it("applies the organization's minor versions, and still refuses patches with known vulnerabilities", async () => {
    const versions = ["1.29", "1.30"];
    expect(await version("1.31.4", "gateway", { versions })).to.deep.equal({
      violations: [
        "Release istio-ingress/istio-ingress: version is 1.31.4, whose minor version the organization does not support. Use " +
          "1.29 or 1.30.",
      ],
    });
    expect(await version("1.29.9", "gateway", { versions })).to.deep.equal({ violations: [] });
    expect((await version("1.29.8", "gateway", { versions })).violations).to.deep.equal([
      refused(
        GATEWAY,
        "version",
        "1.29.8",
        "has known vulnerabilities: ISTIO-SECURITY-2026-007 (fixed in 1.29.9)",
        "1.29.9",
      ),
    ]);
  });

  it("accepts exactly the versions that the organization accepts", async () => {
    const accepted = [{ version: "1.31.0", reason: "no proxy of this cluster serves traffic" }];
    for (const text of ["1.31.0", "v1.31.0"]) {
      expect(await version(text, "gateway", { accepted }), text).to.deep.equal({ violations: [] });
    }
    expect((await version("1.30.0", "gateway", { accepted })).violations).to.have.length(1);
    const other = { accepted: [{ version: "1.31.1", reason: "not the version that is installed" }] };
    expect((await version("1.31.0", "gateway", other)).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    expect(await version(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-ingress/istio-ingress: string value at .version can't be known during preview",
    });
  });
});
