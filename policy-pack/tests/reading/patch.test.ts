import { expect } from "chai";
import { partsOf, withPatches } from "../../reading/patch";
import { kubernetesResources } from "../../reading/resource";
import { guarded, type Resource, unknown } from "../engine";
import { asPatch, defaultDeny, deployment, destinationRule, kubernetes } from "../resources";

const read = (...resources: Resource[]) =>
  withPatches(
    resources.flatMap(({ type, name, props }) =>
      kubernetesResources({ type, name, urn: `urn:${name}`, props: guarded(props) }),
    ),
  );
const changed = (labels: object, spec: object) =>
  asPatch(
    kubernetes("apps/v1", "Deployment", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "catalog", namespace: "shop", labels },
      spec,
    }),
  );

describe("reading/patch", () => {
  it("merges maps, and lists of Kubernetes by name", () => {
    const containers = [
      { name: "catalog", image: "b" },
      { name: "extra", image: "c" },
    ];
    const [target] = read(deployment(), changed({ tier: "web" }, { template: { spec: { containers } } }));
    expect(target?.labels).to.deep.equal({ app: "catalog", tier: "web" });
    const merged = target?.fields.at("spec", "template", "spec", "containers");
    expect(merged?.at(0, "image").value).to.equal("b");
    expect(merged?.at(0, "ports", 0, "containerPort").value).to.equal(8080);
    expect(merged?.at(1, "name").value).to.equal("extra");
    expect(target && partsOf(target)).to.have.length(2);
  });

  it("replaces lists with an item that has no name, and lists with another value", () => {
    const other = [{ image: "b" }, { name: "extra" }];
    const [unnamed] = read(deployment(), changed({}, { template: { spec: { containers: other } } }));
    expect(unnamed?.fields.at("spec", "template", "spec", "containers").children()).to.have.length(2);
    expect(unnamed?.fields.at("spec", "template", "spec", "containers", 0, "name").value).to.equal(undefined);
    const [text] = read(deployment(), changed({}, { template: { spec: { containers: "none" } } }));
    expect(text?.fields.at("spec", "template", "spec", "containers").value).to.equal("none");
  });

  it("keeps the value of a field that the patch leaves empty, and the order of a list", () => {
    const containers = [{ name: "extra" }, { name: "catalog", image: null }];
    const [target] = read(deployment(), changed({}, { template: { spec: { containers } } }));
    const merged = target?.fields.at("spec", "template", "spec", "containers");
    expect(merged?.children()).to.have.length(2);
    expect(merged?.at(0, "name").value).to.equal("catalog");
    expect(merged?.at(0, "image").value).to.be.a("string");
  });

  it("patches an object without a namespace in the namespace default, and none of another", () => {
    const named = (namespace?: string): Resource =>
      kubernetes("apps/v1", "Deployment", {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "catalog", ...(namespace !== undefined && { namespace }) },
        spec: { replicas: 1 },
      });
    const replicasOf = (target: Resource, patch: Resource): unknown =>
      read(target, asPatch({ ...patch, props: { ...patch.props, spec: { replicas: 3 } } }))[0]?.fields.at(
        "spec",
        "replicas",
      ).value;
    expect(replicasOf(named(), named("default"))).to.equal(3);
    expect(replicasOf(named("shop"), named("default"))).to.equal(1);
    expect(replicasOf(named("shop"), named())).to.equal(1);
  });

  it("replaces lists of custom resources", () => {
    const subsets = [{ name: "v1" }, { name: "v2" }];
    const [target] = read(
      destinationRule({ subsets }),
      asPatch(destinationRule({ subsets: [{ name: "v2" }] })),
    );
    expect(target?.fields.at("spec", "subsets").children()).to.have.length(1);
  });

  it("keeps unknown values", () => {
    const [target] = read(deployment({}, { image: unknown }), changed({}, { replicas: 2 }));
    const image = target?.fields.at("spec", "template", "spec", "containers", 0, "image");
    expect(typeof image?.value).to.equal("symbol");
    expect(target?.unknowns.size).to.equal(1);
  });

  it("changes nothing without a patch of the object, and no security object", () => {
    for (const stack of [
      [deployment(), asPatch(destinationRule())],
      [defaultDeny(), asPatch(defaultDeny({ selector: { matchLabels: { app: "x" } } }))],
    ]) {
      const [target] = read(...stack);
      expect(target && partsOf(target)).to.deep.equal([]);
    }
  });
});
