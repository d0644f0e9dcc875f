import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { kialiCases } from "../../docs/parity/kialiCases";
import { changedYaml, renderedManifests, yamlOf } from "./changedManifests";

// Not part of `make test`: it needs Go, and a checkout of Kiali at the release of docs/parity/kiali.ts, as KIALI=<its path>.
const kiali = process.env.KIALI;

describe("Kiali's validations of mistakes in the objects themselves", function () {
  this.timeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), "kiali-"));
  const test = join(kiali ?? "", "business", "meshwright_test.go");
  let codes: Readonly<Record<string, readonly string[]>> = {};

  before(async () => {
    if (kiali === undefined)
      throw new Error("Name the checkout: KIALI=<path of a checkout of Kiali> npm run test:kiali");
    kialiCases.forEach((one) => {
      writeFileSync(join(folder, `${one.id}.yaml`), changedYaml(one));
      const without = [...renderedManifests(), ...(one.given ?? [])];
      writeFileSync(join(folder, `${one.id}.given.yaml`), yamlOf(without));
    });
    copyFileSync(join(__dirname, "kialiValidations_test.go"), test);
    const args = ["test", "-count=1", "-run", "TestParity", "./business/"];
    await execa("go", args, { cwd: kiali, env: { PARITY: folder }, all: true });
    codes = JSON.parse(readFileSync(join(folder, "codes.json"), "utf8")) as typeof codes;
  });
  after(() => {
    rmSync(folder, { recursive: true });
    rmSync(test, { force: true });
  });

  kialiCases.forEach(({ id, kind, name, analyzed }) => {
    it(`${id} in ${kind} ${name}: ${analyzed ? "reports it" : "is silent"}`, () => {
      const without = codes[`${id}.given`] ?? [];
      const found = (codes[id] ?? []).filter((one) => !without.includes(one));
      expect(found.some((one) => one.startsWith(`${id} `))).to.equal(analyzed);
    });
  });
});
