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
      const reported = mutations.flatMap(({ mutants }) => {
        const tried = new Set<string>();
        return catalogs.flatMap(({ platform, catalog }) => {
          const [first] = mutants(catalog);
          const key = JSON.stringify([platform, first]);
          if (first === undefined || tried.has(key)) return [];
          tried.add(key);
          return checkMesh(changedAt(mutated(catalog, first), ["overrides"], overrides)).findings;
        });
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
