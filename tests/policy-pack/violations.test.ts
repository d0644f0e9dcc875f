import { expect } from "chai";
import { policies } from "../../policy-pack/policies";
import { validateResource, validateStack } from "../../policy-pack/tests/engine";
import { resourceViolations, stackViolations, surroundings } from "./violations";

const everything = [
  ...surroundings,
  ...[...stackViolations, ...resourceViolations].map(({ resource }) => resource),
];

describe("policy-pack/violations", () => {
  it("has one for every mandatory policy", () => {
    const mandatory = policies.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
    const named = [...resourceViolations, ...stackViolations].map(({ policy }) => policy);
    expect(named.sort()).to.deep.equal(mandatory.map(({ name }) => name).sort());
  });

  for (const { policy: name, resource, message } of resourceViolations) {
    it(`is refused by its policy, and by no other: ${name}`, async () => {
      expect(policies.some((one) => one.name === name && "validateResource" in one)).to.equal(true);
      for (const policy of policies.filter((one) => "validateResource" in one)) {
        const { violations } = await validateResource(policy, resource);
        if (policy.name !== name) expect(violations, policy.name).to.deep.equal([]);
        else expect(violations.join("\n").startsWith(message), violations.join("\n")).to.equal(true);
      }
    });
  }

  for (const { policy: name, message } of stackViolations) {
    it(`is refused by its policy in the stack of all: ${name}`, async () => {
      const policy = policies.find((one) => one.name === name);
      if (policy === undefined || !("validateStack" in policy)) throw new Error(`${name} judges no stack`);
      const { violations } = await validateStack(policy, everything);
      expect(
        violations.some((text) => text.startsWith(message)),
        violations.join("\n"),
      ).to.equal(true);
    });
  }
});
