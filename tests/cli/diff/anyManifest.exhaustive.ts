import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { stringify } from "yaml";
import { rules } from "../../../checks";
import { changesBetween } from "../../../program/diff/changes";
import { textOf } from "../../../program/diff/report";
import { loadSide } from "../../../cli/side";
import { UserError } from "../../../errors/userError";
import { checkMesh, type Manifest, renderMesh } from "../../../mesh";
import { anyJson, changed } from "../../../policy-pack/tests/anyValue";

const config = (mesh: unknown): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "istio", namespace: "istio-system" },
  data: { mesh },
});

/** Small sets of manifests, of every kind. */
const valid: readonly (readonly Manifest[])[] = rules.flatMap(({ examples }) => {
  const { mesh } = checkMesh(examples.right);
  return mesh === undefined ? [] : [[config("trustDomain: shop.example.com\n"), ...renderMesh(mesh)]];
});

/** How many sets are tried. `FUZZ=20000` takes two minutes. */
const numRuns = Number(process.env.FUZZ ?? "100");

describe("any value in any place of a manifest", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "manifests-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, objects: readonly unknown[]): string => {
    const file = join(folder, name);
    const documents = objects.map((object) =>
      stringify(object, { compat: "yaml-1.1", aliasDuplicateObjects: false }),
    );
    writeFileSync(file, documents.join("---\n"));
    return file;
  };

  it("is compared with the set that lacks it, or refused with the file's name", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...valid),
        fc.noBias(fc.nat()),
        fc.noBias(fc.integer()),
        anyJson,
        async (objects, at, seed, value) => {
          const index = at % objects.length;
          const other = objects.map((object, i) => (i === index ? changed(object, seed, value) : object));
          const before = await loadSide(write("before.yaml", objects), undefined);
          const file = write("after.yaml", other);
          try {
            const after = await loadSide(file, undefined);
            const names = { old: before.name, now: after.name };
            expect(textOf(changesBetween(before, after), names)).to.be.a("string");
            compared += 1;
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            expect(error.problem).to.contain(file);
          }
        },
      ),
      { numRuns },
    );
    expect(compared).to.be.greaterThan(numRuns / 2);
  });
});
