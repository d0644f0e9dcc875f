import { expect } from "chai";
import { Field } from "../../policy-pack/reading/field";
import { getsSidecar } from "../../policy-pack/reading/injection";
import { injectionCases } from "../mesh/injectionCases";

describe("policy-pack and injection", () => {
  for (const { what, subject, by } of injectionCases) {
    it(`agree that a pod gets ${by === undefined ? "no" : "a"} sidecar: ${what}`, () => {
      const { namespace: { name = "shop", labels = {} } = {}, hostNetwork, ...metadata } = subject;
      const pod = Field.of({ metadata, spec: { hostNetwork } }, new Map());
      expect(getsSidecar(pod, { name, labels })).to.equal(by !== undefined);
    });
  }
});
