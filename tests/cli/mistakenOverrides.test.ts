import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { mistakes, overrideLine } from "../prove/mistakenOverrides";
import { inProcess } from "./inProcess";

/** The fields of the JSON output that the test reads. */
interface Report {
  readonly proofs: readonly {
    readonly claim: string;
    readonly verdict: string;
    readonly counterexample?: { readonly expected: string; readonly seen: string };
    readonly place?: object;
  }[];
}

describe("meshwright prove, with an override by mistake", () => {
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "overrides-"));
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });

  for (const [what, { catalog, object, place, claim, expected, seen }] of Object.entries(mistakes)) {
    it(`names the claim, what was seen and both lines, if ${what}`, async () => {
      writeFileSync(join(cwd, "catalog.yaml"), catalog);
      const command = ["prove", "catalog.yaml", "--tier", "static"];
      const human = await inProcess([...command, "--junit", "proofs.xml"], { cwd });
      expect(human.exitCode).to.equal(1);
      const override = `${object} (${place}, catalog.yaml:${overrideLine})`;
      const block = human.stderr.split("\n\n").find((part) => part.includes(`refuted: ${claim}\n`)) ?? "";
      expect(block).to.match(/\n {2}catalog: {2}\S+ \(catalog\.yaml:\d+\)\n/);
      expect(block).to.contain(`\n  override: ${override}\n`);
      expect(block).to.contain(`\n  expected: ${expected}\n  seen:     ${seen}`);

      const xml = readFileSync(join(cwd, "proofs.xml"), "utf8");
      const [, failure = ""] = xml.split(` name="${claim}" `)[1]?.split("<failure ") ?? [];
      expect(failure).to.contain(`message="expected ${expected}, seen ${seen}`);
      expect(failure).to.contain(`\noverride: ${override}\n`);

      const json = await inProcess([...command, "--json"], { cwd });
      expect(json.exitCode).to.equal(1);
      const found = (JSON.parse(json.stdout) as Report).proofs.find((proof) => proof.claim === claim);
      expect(found?.verdict).to.equal("refuted");
      expect(found?.counterexample?.expected).to.equal(expected);
      expect(found?.counterexample?.seen.startsWith(seen)).to.equal(true);
      expect(found?.place).to.deep.include({
        override: { object, line: place, catalog: `catalog.yaml:${overrideLine}` },
      });
    });
  }
});
