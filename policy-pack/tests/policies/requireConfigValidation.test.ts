import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireConfigValidation } from "../../policies/requireConfigValidation";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(requireConfigValidation, resource);
const base = (values: Record<string, unknown>) => istiod(values, "base");
const at = (path: string, message: Message) => ({
  violations: [said("Release istio-system/istiod", "values.")(path, message)],
});

describe("require-config-validation", () => {
  it("states the field, the value and the fix", async () => {
    expect(await judge(istiod({ global: { configValidation: "" } }))).to.deep.equal({
      violations: [
        'Release istio-system/istiod: values.global.configValidation is "", so Istio\'s objects are not validated. Remove it.',
      ],
    });
  });

  it("accepts the charts' defaults, and the name of a revision", async () => {
    for (const resource of [
      istiod(),
      istiod({ global: { configValidation: true } }),
      // Helm templates read every text except the empty one as true.
      istiod({ global: { configValidation: "false" } }),
      istiod({ global: { configValidation: false }, pilot: { global: { configValidation: true } } }),
      base({}),
      base({ defaultRevision: "1-31-0" }),
      gatewayRelease({ global: { configValidation: false }, defaultRevision: "" }),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses to disable validation", async () => {
    expect(await judge(istiod({ global: { configValidation: false } }))).to.deep.equal(
      at("global.configValidation", messages.off(false)),
    );
    for (const value of ["", 0]) {
      expect(await judge(istiod({ global: { configValidation: value } }))).to.deep.equal(
        at("global.configValidation", messages.off(value)),
      );
    }
  });

  it("reads values where the chart does", async () => {
    const off = { global: { configValidation: false } };
    expect(await judge(istiod({ global: { configValidation: true }, pilot: off }))).to.deep.equal(
      at("pilot.global.configValidation", messages.off(false)),
    );
    const inDefaults = "_internal_defaults_do_not_set";
    expect(await judge(istiod({ [inDefaults]: off }))).to.deep.equal(
      at(`${inDefaults}.global.configValidation`, messages.off(false)),
    );
    expect(await judge(base({ [inDefaults]: { defaultRevision: "" } }))).to.deep.equal(
      at(`${inDefaults}.defaultRevision`, messages.noDefaultRevision()),
    );
  });

  it("refuses an empty default revision", async () => {
    expect(await judge(base({ defaultRevision: "" }))).to.deep.equal(
      at("defaultRevision", messages.noDefaultRevision()),
    );
  });

  it("reports unknown values as undecided", async () => {
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
