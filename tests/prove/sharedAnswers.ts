import { expect } from "chai";
import type { ProofSubject } from "../../prove";
import { asker, singleQuestions } from "../../prove/alike";
import { questionsOf } from "../../prove/claims";
import { answerTo, type Oracle } from "../../prove/oracle";
import { describeQuestion } from "../../prove/question";
import type { TokenIssuer } from "../../prove/tokens";

/**
 * Asks by itself each question that gets the answer of another one, and expects this answer. Returns their number.
 */
export function sharedAnswers(oracle: Oracle, { mesh, ...rest }: ProofSubject, issuer: TokenIssuer): number {
  const { model, classes } = oracle;
  const ask = asker({ model, mesh, classes, answer: (question) => answerTo(oracle, mesh, question) });
  let count = 0;
  for (const question of questionsOf({ mesh, ...rest }, issuer)) {
    const asked = ask(question);
    const all = asked.flatMap((one) => [one.question, ...one.others()]).map(describeQuestion);
    expect(all.sort()).to.deep.equal(singleQuestions(question).map(describeQuestion).sort());
    for (const { answer, others } of asked) {
      for (const other of others()) {
        expect(answerTo(oracle, mesh, other).answer, describeQuestion(other)).to.deep.equal(answer);
        count += 1;
      }
    }
  }
  return count;
}
