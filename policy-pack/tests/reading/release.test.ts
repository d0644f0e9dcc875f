import { expect } from "chai";
import { kubernetesResources } from "../../reading/resource";
import { chartOf, chartReference, chartValue, istiodValue, repositoryOf } from "../../reading/release";
import { unknown } from "../engine";
import { read } from "../read";
import { istiod } from "../resources";

const released = (values: Record<string, unknown>, chart?: string) => {
  const release = kubernetesResources({ ...istiod(values, chart), urn: "" })[0];
  if (release === undefined) throw new Error("A release is a Kubernetes resource");
  return release;
};
const named = (chart: string) => chartOf(released({}, chart));

describe("reading/release", () => {
  const digest = `sha256:${"a".repeat(64)}`;

  it("reads the name of a chart from every kind of reference", () => {
    for (const [reference, chart] of [
      ["istiod", "istiod"],
      ["istio/istiod", "istiod"],
      ["oci://registry.example.com:5000/charts/istiod", "istiod"],
      ["oci://registry.example.com:5000/charts/istiod:1.31.0", "istiod"],
      ["oci://registry.example.com:5000/charts/istiod:latest", "istiod"],
      [`oci://registry.example.com/charts/istiod@${digest}`, "istiod"],
      [`oci://registry.example.com/charts/istiod:1.31.0@${digest}`, "istiod"],
      ["https://charts.example.com/istiod-1.31.0.tgz", "istiod"],
      ["https://charts.example.com/istiod-1.31.0.tgz?path=a/b", "istiod"],
      ["./charts/istiod-v1.31.0-rc.1.tar.gz", "istiod"],
      ["./manifests/charts/istio-control/istio-discovery/", "istiod"],
      [`oci://registry.example.com/kube-prometheus-stack:75.1.0@${digest}`, "kube-prometheus-stack"],
    ] as const) {
      expect(named(reference), reference).to.equal(chart);
    }
  });

  it("reads the version in a tag or the name of an archive", () => {
    for (const [reference, name, version] of [
      ["istiod", "istiod", undefined],
      ["a/istiod:1.2.3", "istiod", "1.2.3"],
      ["a/istiod:1.2.3@sha256:0", "istiod", "1.2.3"],
      ["a/istiod-1.2.3:latest", "istiod", "latest"],
      ["istiod-1.2.3.tgz", "istiod", "1.2.3"],
      ["istiod-v1.2.3-rc.1.tar.gz#sum", "istiod", "1.2.3-rc.1"],
      ["a-2-b-1.2.3.tgz?x-9.tgz", "a", "2-b-1.2.3"],
      ["own.tgz.d-1", "own.tgz.d", "1"],
      ["istiod.tgz", "istiod", undefined],
      ["", "", undefined],
    ] as const) {
      expect(chartReference(reference), reference).to.deep.equal(
        version === undefined ? { name } : { name, version },
      );
    }
  });

  it("finds the repository or registry of a chart, but none of a folder or a registered repository", () => {
    const path = (chart: unknown, repo?: unknown) => {
      const { type, name, props } = istiod();
      return repositoryOf(read({ type, name, props: { ...props, chart, repositoryOpts: { repo } } }))?.path;
    };
    expect(path("istiod", "https://example.com")).to.equal("repositoryOpts.repo");
    expect(path("oci://example.com/istiod", "https://example.com")).to.equal("repositoryOpts.repo");
    for (const repo of [undefined, "", unknown]) {
      expect(path("oci://example.com/istiod", repo)).to.equal("chart");
      expect(path("./oci://istiod", repo)).to.equal(undefined);
      expect(path("istio/istiod", repo)).to.equal(undefined);
      expect(path(unknown, repo)).to.equal(undefined);
    }
  });

  it("finds the effective place of a value", () => {
    const global = (hub: string) => ({ global: { hub, tag: "1.31.0" } });
    const defaults = { ...global("d"), pilot: global("c") };
    const all = { ...global("b"), pilot: global("a"), _internal_defaults_do_not_set: defaults };
    const top = { ...all, pilot: undefined };
    const bottom = global("d");
    const shadowed = { global: { hub: "b" }, pilot: { global: { tag: "1.31.0" } } };
    for (const [values, istiods, gateways] of [
      [all, "values.pilot.global.hub", "values.global.hub"],
      [top, "values._internal_defaults_do_not_set.pilot.global.hub", "values.global.hub"],
      [{ ...top, _internal_defaults_do_not_set: bottom }, "values.global.hub", "values.global.hub"],
      [
        { _internal_defaults_do_not_set: bottom },
        "values._internal_defaults_do_not_set.global.hub",
        "values._internal_defaults_do_not_set.global.hub",
      ],
      [shadowed, "values.global.hub", "values.global.hub"],
      [
        { global: { hub: "b" }, pilot: { global: { hub: "" } } },
        "values.pilot.global.hub",
        "values.global.hub",
      ],
      [{}, "values.global.hub", "values.global.hub"],
    ] as const) {
      const hub = ["global", "hub"];
      expect(istiodValue(released(values), ...hub).path).to.equal(istiods);
      expect(chartValue(released(values), ...hub).path).to.equal(istiods);
      expect(chartValue(released(values, "gateway"), ...hub).path).to.equal(gateways);
    }
  });

  it("also finds values of the CNI chart below its name", () => {
    const path = (values: Record<string, unknown>) => chartValue(released(values, "cni"), "tag").path;
    expect(path({ tag: "a", cni: { tag: "b" } })).to.equal("values.cni.tag");
    expect(path({ tag: "a", pilot: { tag: "b" } })).to.equal("values.tag");
  });
});
