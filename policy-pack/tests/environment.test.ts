import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import { isProduction } from "../environment";

describe("environment", () => {
  const stack = (environment?: string) => {
    runtime.setAllConfig(environment === undefined ? {} : { "meshwright:environment": environment });
  };
  after(() => {
    stack();
  });

  it("is what the setting says, whatever the stack says", () => {
    for (const configured of [undefined, "dev", "prod"]) {
      stack(configured);
      expect(isProduction("prod")).to.equal(true);
      expect(isProduction("dev")).to.equal(false);
    }
  });

  it("is what the stack's configuration says, and prod if that is not dev", () => {
    stack("dev");
    expect(isProduction("stack")).to.equal(false);
    for (const configured of [undefined, "prod", "staging", ""]) {
      stack(configured);
      expect(isProduction("stack"), configured).to.equal(true);
    }
  });
});
