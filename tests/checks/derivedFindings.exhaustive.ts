import { expect } from "chai";
import { valueAt } from "../../catalog";
import { rules } from "../../checks";
import { checkMesh } from "../../mesh";
import { readStructure } from "../../checks/structure";
import { put } from "../../checks/written";
import { example } from "../../docs/fields/example";

type Path = readonly (string | number)[];

/** Every value of a catalog that is no object or list itself. */
function* valuesOf(value: unknown, path: Path = []): Iterable<Path> {
  if (value === null || typeof value !== "object") yield path;
  else
    for (const [key, inner] of Object.entries(value))
      yield* valuesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** The values of several catalogs, those with the same path and the same values beside them once. */
function* distinctValuesOf(catalogs: readonly unknown[]): Iterable<{ catalog: unknown; path: Path }> {
  const seen = new Set<string>();
  for (const catalog of catalogs) {
    for (const path of valuesOf(catalog)) {
      const parent = valueAt(catalog, path.slice(0, -1));
      const key = JSON.stringify([path, parent]);
      if (seen.has(key)) continue;
      seen.add(key);
      yield { catalog, path };
    }
  }
}

const catalogs: readonly unknown[] = [example, ...rules.map(({ examples }) => examples.right)];

const isStructural = (code: string): boolean => ["MW001", "MW002", "MW003"].includes(code);

describe("findings that follow from a value of the wrong form", () => {
  it("are not reported, wherever the value stands", () => {
    const derived: string[] = [];
    let failed = 0;
    const before = new Map(
      catalogs.map((catalog) => [
        catalog,
        checkMesh(catalog).findings.map(({ code, path }) => `${code} ${path}`),
      ]),
    );
    for (const [i, { catalog, path }] of [...distinctValuesOf(catalogs)].entries()) {
      if (path[0] === "suppressions" || path[0] === "overrides") continue;
      // The catalog with all fields gets both. The others mostly repeat its fields, so each place gets one.
      for (const wrong of catalog === example ? [null, "!"] : [i % 2 === 0 ? null : "!"]) {
        const { findings } = checkMesh(put(catalog, path, wrong));
        if (!findings.some(({ code }) => isStructural(code))) continue;
        failed++;
        for (const { code, path: at } of findings) {
          if (isStructural(code) || before.get(catalog)?.includes(`${code} ${at}`)) continue;
          derived.push(`${path.join(".")} = ${String(wrong)}: ${code} ${at}`);
        }
      }
    }
    expect(failed).to.be.greaterThan(500);
    expect(derived).to.deep.equal([]);
  });
});

describe("the fix of a value of the wrong form", () => {
  it("is an instruction with an example, never a regular expression or a word of the validator", () => {
    const fixes: string[] = [];
    for (const { catalog, path } of distinctValuesOf(catalogs)) {
      for (const wrong of ["!", -1, {}]) {
        fixes.push(...readStructure(put(catalog, path, wrong)).findings.map(({ fix }) => fix));
      }
    }
    expect(fixes.length).to.be.greaterThan(500);
    expect(
      [...new Set(fixes)].filter((fix) => /[\^\\]|Invalid|documentation|undefined/.test(fix)),
    ).to.deep.equal([]);
  });
});
