import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import { openBench } from "../../prove";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { xdsOracle } from "../../prove/xds";
import { compareWithTraffic, countsText } from "./agreement";
import { randomQuestions } from "./randomQuestions";

const platforms = ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"];

/**
 * Sends random requests through real proxies of each platform, and compares what happens with the model, with istiod's
 * configuration and with `explain`: `QUESTIONS=1000 SEED=1 PLATFORM=alfred`.
 */
describe("three tiers and explain, asked the same", function () {
  this.timeout(0);
  const questions = Number(process.env.QUESTIONS ?? 1000);
  const seed = Number(process.env.SEED ?? 1);
  const asked = process.env.PLATFORM?.split(",") ?? platforms;

  asked.forEach((name) => {
    it(`give one answer to ${questions} random questions about ${name}`, async () => {
      const subject = subjectOf(await loadSubject(name, "prod"));
      const { mesh } = subject;
      const issuer = createTokenIssuer();
      const tiers = {
        mesh,
        jwks: issuer.jwks,
        model: staticOracle(subject, issuer),
        istiod: await xdsOracle(subject, issuer),
      };
      const bench = await openBench(subject);
      try {
        const found = await compareWithTraffic(bench, tiers, randomQuestions(mesh, issuer, questions, seed));
        const { counts, explained, disagreements } = found;
        process.stdout.write(
          `      ${questions} questions, ${explained} of them to explain, ${disagreements.length} disagreements: ${countsText(counts)}\n`,
        );
        expect(disagreements.join("\n")).to.equal("");
        expect(counts.get("unknown") ?? 0).to.be.below(questions / 20);
        expect(explained).to.be.greaterThan(questions / 2);
      } finally {
        await bench.stop();
      }
    });
  });
});
