import { expect } from "chai";
import { checkMesh } from "../../../mesh";
import { catalogs } from "./catalogs";
import { mutations, mutationsOfTraffic } from "./index";
import { itFinds } from "./itFinds";
import { changedAt, mutated } from "./mutation";

describe("checks of the platforms", () => {
  describe("find every mistake at its place:", () => {
    itFinds(mutationsOfTraffic);

    it("and can be compared with overrides: no renderer throws for a catalog with a mistake", () => {
      const overrides = { Sidecar: { "nowhere/none": {} } };
      const reported = mutations.flatMap(({ mutants }, i) => {
        // One platform for each mistake, in turn: the next one that has a place for it.
        for (const { catalog } of [...catalogs.slice(i % catalogs.length), ...catalogs]) {
          const [first] = mutants(catalog);
          if (first === undefined) continue;
          return checkMesh(changedAt(mutated(catalog, first), ["overrides"], overrides)).findings;
        }
        return [];
      });
      expect(reported.some(({ code }) => code === "MW115")).to.equal(true);
    });
  });
});
