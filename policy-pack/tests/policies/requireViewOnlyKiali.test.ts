import { expect } from "chai";
import { requireViewOnlyKiali } from "../../policies/requireViewOnlyKiali";
import { type Resource, unknown, validateResource } from "../engine";
import { grafana, kiali, release } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireViewOnlyKiali, resource, configuration);
const at = (chart: string, path: string, problem: string) => ({
  violations: [
    `Release monitoring/${chart}: values.${path} is ${problem}, so whoever signs in changes the mesh past its program. ` +
      "Set it to true.",
  ],
});

describe("require-view-only-kiali", () => {
  it("accepts a Kiali that only looks, an operator that makes none, and other charts", async () => {
    for (const values of [{}, { cr: { create: false } }]) {
      expect(await judge(release("kiali-operator", values))).to.deep.equal({ violations: [] });
    }
    expect(await judge(kiali())).to.deep.equal({ violations: [] });
    expect(await judge(grafana())).to.deep.equal({ violations: [] });
  });

  it("refuses one that changes the mesh", async () => {
    const path = "deployment.view_only_mode";
    expect(await judge(kiali({ deployment: {} }))).to.deep.equal(at("kiali-server", path, "not set"));
    expect(await judge(kiali({ deployment: { view_only_mode: false } }))).to.deep.equal(
      at("kiali-server", path, "not true"),
    );
    expect(await judge(release("kiali-operator", { cr: { create: true } }))).to.deep.equal(
      at("kiali-operator", `cr.spec.${path}`, "not set"),
    );
  });

  it("leaves dev alone, and no other environment", async () => {
    expect(await judge(kiali({ deployment: {} }), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect((await judge(kiali({ deployment: {} }), { environment: "staging" })).violations).to.have.length(1);
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(kiali({ deployment: { view_only_mode: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-server: string value at .values.deployment.view_only_mode can't be known during preview",
    });
  });
});
