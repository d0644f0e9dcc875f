import { expect } from "chai";
import { requireConfigValidation } from "../../policies/requireConfigValidation";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";

const judge = (resource: Resource) => validateResource(requireConfigValidation, resource);
const base = (values: Record<string, unknown>) => istiod(values, "base");
const at = (text: string) => ({ violations: [`Release istio-system/istiod: values.${text}.`] });

describe("require-config-validation", () => {
  it("accepts the charts' defaults, and the name of a revision", async () => {
    for (const resource of [
      istiod(),
      istiod({ global: { configValidation: true } }),
      base({}),
      base({ defaultRevision: "1-31-0" }),
      gatewayRelease({ global: { configValidation: false }, defaultRevision: "" }),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses an istiod that validates nothing", async () => {
    expect(await judge(istiod({ global: { configValidation: false } }))).to.deep.equal(
      at("global.configValidation is false, so nothing validates objects. Leave it out"),
    );
  });

  it("refuses a base that leaves objects without a revision to nobody", async () => {
    expect(await judge(base({ defaultRevision: "" }))).to.deep.equal(
      at(
        "defaultRevision is empty, so nothing validates objects without a revision's label. Name the revision that does, or " +
          "leave it out",
      ),
    );
  });

  it("says what is open because of unknown values", async () => {
    const open = (path: string) => ({
      violations: [],
      undecided: `Release istio-system/istiod: string value at .values.${path} can't be known during preview`,
    });
    expect(await judge(istiod({ global: { configValidation: unknown } }))).to.deep.equal(
      open("global.configValidation"),
    );
    expect(await judge(base({ defaultRevision: unknown }))).to.deep.equal(open("defaultRevision"));
  });
});
