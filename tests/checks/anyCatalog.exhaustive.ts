import { expect } from "chai";
import fc from "fast-check";
import { rules } from "../../checks";
import { example } from "../../docs/fields/example";
import { checkMesh, renderMesh } from "../../mesh";
import { toYaml } from "../../mesh/toYaml";
import { platforms } from "../../platforms";
import { anyValue, changed } from "../../policy-pack/tests/anyValue";

/** Valid catalogs, with all fields. */
const valid: readonly unknown[] = [
  example,
  ...rules.map(({ examples }) => examples.right),
  ...Object.values(platforms).map(({ catalog }) => catalog("prod", {})),
];

/** How many catalogs are tried. `FUZZ=60000` takes a minute. */
const numRuns = Number(process.env.FUZZ ?? "4000");

describe("any value in any place of a catalog", () => {
  it("leads to findings or to a mesh, and every mesh can be rendered", () => {
    let rendered = 0;
    fc.assert(
      fc.property(fc.constantFrom(...valid), fc.noBias(fc.integer()), anyValue, (catalog, seed, value) => {
        const { findings, mesh } = checkMesh(changed(catalog, seed, value));
        for (const { code, message, fix } of findings) expect([code, message, fix]).to.not.include("");
        if (mesh === undefined) return;
        rendered += 1;
        expect(toYaml(renderMesh(mesh))).to.not.match(/\bundefined\b|\[object /);
      }),
      { numRuns },
    );
    expect(rendered).to.be.greaterThan(numRuns / 100);
  });
});
