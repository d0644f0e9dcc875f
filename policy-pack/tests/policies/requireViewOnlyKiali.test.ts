import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireViewOnlyKiali } from "../../policies/requireViewOnlyKiali";
import { type Resource, unknown, validateResource } from "../engine";
import { grafana, kiali, release } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireViewOnlyKiali, resource, configuration);
const at = (chart: string, path: string, message: Message) => ({
  violations: [said(`Release monitoring/${chart}`, "values.")(path, message)],
});

describe("require-view-only-kiali", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await judge(kiali({ deployment: { view_only_mode: false } }))).to.deep.equal({
      violations: [
        "Release monitoring/kiali-server: values.deployment.view_only_mode is not true, so users of Kiali can change the mesh " +
          "outside its program. Set it to true.",
      ],
    });
  });

  it("accepts a read-only Kiali, an operator without a Kiali, and other charts", async () => {
    for (const values of [{}, { cr: { create: false } }]) {
      expect(await judge(release("kiali-operator", values))).to.deep.equal({ violations: [] });
    }
    expect(await judge(kiali())).to.deep.equal({ violations: [] });
    expect(await judge(grafana())).to.deep.equal({ violations: [] });
  });

  it("refuses a Kiali that can change the mesh", async () => {
    const path = "deployment.view_only_mode";
    expect(await judge(kiali({ deployment: {} }))).to.deep.equal(at("kiali-server", path, messages.notSet()));
    expect(await judge(kiali({ deployment: { view_only_mode: false } }))).to.deep.equal(
      at("kiali-server", path, messages.notTrue()),
    );
    expect(await judge(release("kiali-operator", { cr: { create: true } }))).to.deep.equal(
      at("kiali-operator", `cr.spec.${path}`, messages.notSet()),
    );
  });

  it("does not apply to dev, and applies to other environments", async () => {
    expect(await judge(kiali({ deployment: {} }), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect((await judge(kiali({ deployment: {} }), { environment: "staging" })).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(kiali({ deployment: { view_only_mode: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-server: string value at .values.deployment.view_only_mode can't be known during preview",
    });
  });
});
