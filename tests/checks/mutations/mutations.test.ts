import { expect } from "chai";
import { rules } from "../../../checks";
import { checkMesh } from "../../../mesh";
import { catalogs } from "./catalogs";
import { mutations, mutationsOfTraffic } from "./index";
import { itFinds } from "./itFinds";
import { changedAt, mutated } from "./mutation";

describe("checks of the platforms", () => {
  for (const { title, catalog } of catalogs) {
    it(`find nothing: ${title}`, () => {
      expect(checkMesh(catalog).findings).to.deep.equal([]);
    });
  }

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

    it("for every rule there is a mistake", () => {
      const tested = new Set<string>(mutations.map(({ code }) => code));
      const untested = rules.filter(({ code }) => !tested.has(code));
      expect(
        untested.map(({ code, title }) => `${code}: ${title}`),
        "add to a file in tests/checks/mutations what breaks each of these rules in a platform",
      ).to.deep.equal([]);
    });
  });
});
