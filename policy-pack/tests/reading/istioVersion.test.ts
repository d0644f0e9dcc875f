import { expect } from "chai";
import { facts } from "../../facts";
import { istioVersionsOf } from "../../reading/istioVersion";
import { kubernetesResources } from "../../reading/resource";
import { guarded, type Resource } from "../engine";
import { gatewayRelease, istiod, release } from "../resources";

const { version: current } = facts.istio;

/** The fields with a version, and the version of each. */
const versionsOf = ({ type, name, props }: Resource): string[] =>
  kubernetesResources({ type, name, urn: "urn", props: guarded(props) })
    .flatMap(istioVersionsOf)
    .map(({ field, version }) => `${field.path} ${version}`);

describe("reading/istioVersion", () => {
  it("reads the chart's version, and the tags and images in its values", () => {
    expect(versionsOf(istiod({ global: { tag: "1.30.10-distroless" } }))).to.deep.equal([
      `version ${current}`,
      "values.global.tag 1.30.10",
    ]);
    expect(versionsOf(istiod({ global: { proxy: { image: "hub/istio/proxyv2:v1.29.12" } } }))).to.deep.equal([
      `version ${current}`,
      "values.global.proxy.image 1.29.12",
    ]);
  });

  it("reads no text without an exact version at its end", () => {
    for (const tag of ["latest", "1.30", "", "sha-1.30.1", "1.30.1/proxyv2", 1.3]) {
      expect(versionsOf(istiod({ global: { tag } })), String(tag)).to.deep.equal([`version ${current}`]);
    }
  });

  it("reads nothing of a chart that is not Istio's, or not known", () => {
    expect(versionsOf(release("kiali-server", { tag: "1.30.1" }))).to.deep.equal([]);
    expect(versionsOf(gatewayRelease({}, { chart: undefined, version: "1.30.1" }))).to.deep.equal([]);
  });
});
