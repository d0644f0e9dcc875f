import { expect } from "chai";
import { rules } from "../../../checks";
import { checkMesh } from "../../../mesh";
import { catalogs } from "./catalogs";
import { mutations } from "./index";

describe("checks of the platforms", () => {
  for (const { title, catalog } of catalogs) {
    it(`find nothing: ${title}`, () => {
      expect(checkMesh(catalog).findings).to.deep.equal([]);
    });
  }

  it("for every rule there is a mistake", () => {
    const tested = new Set<string>(mutations.map(({ code }) => code));
    const untested = rules.filter(({ code }) => !tested.has(code));
    expect(
      untested.map(({ code, title }) => `${code}: ${title}`),
      "add to a file in tests/checks/mutations what breaks each of these rules in a platform",
    ).to.deep.equal([]);
  });
});
