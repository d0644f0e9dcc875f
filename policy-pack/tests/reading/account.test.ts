import { expect } from "chai";
import { Field } from "../../reading/field";
import { accountOf } from "../../reading/account";
import { guarded, unknown } from "../engine";

const account = (spec: Record<string, unknown>) => accountOf(Field.of(guarded({ spec }), new Map()))?.path;

describe("reading/account", () => {
  it("finds the service account of a pod by both names of its field, the newer one first", () => {
    expect(account({ serviceAccountName: "web", serviceAccount: "old" })).to.equal("spec.serviceAccountName");
    expect(account({ serviceAccount: "old" })).to.equal("spec.serviceAccount");
  });

  it("finds none that is the namespace's default, unknown or no text", () => {
    for (const serviceAccountName of ["", "default", unknown, 1, null]) {
      expect(account({ serviceAccountName })).to.equal(undefined);
    }
    expect(account({})).to.equal(undefined);
  });
});
