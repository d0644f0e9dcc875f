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
      // To a template, every text is true but the empty one.
      istiod({ global: { configValidation: "false" } }),
      istiod({ global: { configValidation: false }, pilot: { global: { configValidation: true } } }),
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
    for (const [value, text] of [
      ["", '""'],
      [0, "0"],
    ]) {
      expect(await judge(istiod({ global: { configValidation: value } }))).to.deep.equal(
        at(`global.configValidation is ${text}, so nothing validates objects. Leave it out`),
      );
    }
  });

  it("looks where the chart does", async () => {
    const off = { global: { configValidation: false } };
    expect(await judge(istiod({ global: { configValidation: true }, pilot: off }))).to.deep.equal(
      at("pilot.global.configValidation is false, so nothing validates objects. Leave it out"),
    );
    const inDefaults = "_internal_defaults_do_not_set";
    expect(await judge(istiod({ [inDefaults]: off }))).to.deep.equal(
      at(`${inDefaults}.global.configValidation is false, so nothing validates objects. Leave it out`),
    );
    expect(await judge(base({ [inDefaults]: { defaultRevision: "" } }))).to.deep.equal(
      at(
        `${inDefaults}.defaultRevision is empty, so nothing validates objects without a revision's label. ` +
          "Name the revision that does, or leave it out",
      ),
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
