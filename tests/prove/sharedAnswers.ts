import { expect } from "chai";
import type { ProofSubject } from "../../prove";
import { asker, singleQuestions } from "../../prove/alike";
import { questionsOf } from "../../prove/claims";
import type { Oracle } from "../../prove/oracle";
import { askingOf } from "../../prove/proveByOracle";
import { describeQuestion, type Question } from "../../prove/question";
import type { Answer } from "../../prove/judge";
import type { TokenIssuer } from "../../prove/tokens";

/**
 * Asks by itself each question that gets the answer of another one, and expects this answer: of another caller or target of
 * the same question, or of another question with the same request. Returns the number of each.
 */
export function sharedAnswers(
  oracle: Oracle,
  { mesh, ...rest }: ProofSubject,
  issuer: TokenIssuer,
): { readonly shared: number; readonly notFollowed: number } {
  const { follow, answer: answerOf, ...asking } = askingOf(oracle, mesh);
  const alone = (question: Question): Answer => answerOf(follow(question), question);
  let followed = 0;
  const ask = asker({
    ...asking,
    answer: answerOf,
    follow: (question) => {
      followed += 1;
      return follow(question);
    },
  });
  let [shared, count] = [0, 0];
  for (const question of questionsOf({ mesh, ...rest }, issuer)) {
    const asked = ask(question);
    const all = asked.flatMap((one) => [one.question, ...one.others()]).map(describeQuestion);
    expect(all.sort()).to.deep.equal(singleQuestions(question).map(describeQuestion).sort());
    for (const { question: one, answer, others } of asked) {
      expect(alone(one), describeQuestion(one)).to.deep.equal(answer);
      count += 1;
      for (const other of others()) {
        expect(alone(other), describeQuestion(other)).to.deep.equal(answer);
        shared += 1;
      }
    }
  }
  return { shared, notFollowed: count - followed };
}
