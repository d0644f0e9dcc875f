import { experimentsOf, questionsOf, runAll } from "../../prove/claims";
import type { Subject } from "../../prove/subject";
import type { Oracle } from "../../prove/oracle";
import { judgeQuestions } from "../../prove/proveByOracle";
import { stageOf } from "../../prove/oracleStage";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { refutedClaims } from "./shop";

type Attempt = (oracle: Oracle) => boolean | Promise<boolean>;

/**
 * Returns whether the model refutes a claim of a catalog with other objects. Asks until one is refuted, and first what
 * refuted a claim before: mutants of one object are mostly refuted by the same questions.
 */
export function refuting({ mesh, ...subject }: Subject): (objects: Subject["objects"]) => Promise<boolean> {
  const issuer = createTokenIssuer();
  const whole = { ...subject, mesh };
  let attempts: readonly Attempt[] = [
    ...questionsOf(whole, issuer).map(
      (question): Attempt =>
        (oracle) =>
          refutedClaims(judgeQuestions(oracle, mesh, [question])).length > 0,
    ),
    ...experimentsOf(whole, issuer)
      .filter(({ byRequests }) => byRequests !== true)
      .map(
        (experiment): Attempt =>
          async (oracle) =>
            refutedClaims(await runAll([experiment], stageOf(oracle, mesh), () => undefined)).length > 0,
      ),
  ];
  return async (objects) => {
    const oracle = staticOracle({ ...whole, objects }, issuer);
    for (const attempt of attempts) {
      if (!(await attempt(oracle))) continue;
      attempts = [attempt, ...attempts.filter((one) => one !== attempt)];
      return true;
    }
    return false;
  };
}
