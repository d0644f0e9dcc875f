import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import { prove } from "../../prove";

/**
 * Proves a platform by real requests again and again, each time in a new laboratory: `RUNS=20 PLATFORM=policycortex`. Verdicts
 * that depend on chance or on the machine's load show as differences.
 */
describe("prove, repeated", function () {
  this.timeout(0);
  const platform = process.env.PLATFORM ?? "policycortex";
  const runs = Number(process.env.RUNS ?? 20);

  it(`gives the same verdicts in ${runs} runs of ${platform}`, async () => {
    const subject = subjectOf(await loadSubject(platform, "prod"));
    let first: readonly string[] | undefined;
    const differing: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const begin = Date.now();
      const proofs = await prove(subject);
      const verdicts = proofs.map(({ path, claim, verdict }) => `${verdict}: ${claim} (${path})`).sort();
      first ??= verdicts;
      const refuted = verdicts.filter((line) => line.startsWith("refuted")).length;
      const seconds = (Date.now() - begin) / 1000;
      process.stdout.write(`run ${run}: ${verdicts.length} claims, ${refuted} refuted, ${seconds} s\n`);
      for (const proof of proofs) {
        const { path, claim, verdict } = proof;
        if (!first.includes(`${verdict}: ${claim} (${path})`)) {
          process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
          differing.push(run);
        }
      }
    }
    expect(differing, "runs with another verdict").to.deep.equal([]);
  });
});
