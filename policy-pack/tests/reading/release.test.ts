import { expect } from "chai";
import { kubernetesResource } from "../../reading/resource";
import { chartOf } from "../../reading/release";
import { istiod } from "../resources";

const named = (chart: string) => {
  const release = kubernetesResource({ ...istiod({}, chart), urn: "" });
  return release && chartOf(release);
};

describe("reading/release", () => {
  const digest = `sha256:${"a".repeat(64)}`;

  it("names a chart, however it is referred to", () => {
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
});
