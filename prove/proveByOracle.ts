import type { Mesh } from "../catalog";
import { asker, type Asking, type Passed } from "./alike";
import { experimentsOf, questionsOf, runAll } from "./claims";
import type { Subject } from "./subject";
import type { Part } from "./answers";
import { type Answer, isMet, judging } from "./judge";
import type { LabRequest } from "./laboratory";
import { callerOf, gatewayOf, workloadsOf } from "./model";
import type { Proof, Question } from "./question";
import type { TokenIssuer } from "./tokens";

import type { Foretold, Oracle } from "./oracle";
import { stageOf } from "./oracleStage";

/** Lets an oracle answer everything that a laboratory would be asked, and judges the claims. */
export async function proveByOracle(
  oracle: Oracle,
  subject: Subject,
  issuer: TokenIssuer,
  only?: string,
): Promise<Proof[]> {
  const { mesh } = subject;
  const questions = questionsOf(subject, issuer, only);
  const experiments = experimentsOf(subject, issuer, only).filter(({ byRequests }) => byRequests !== true);
  return [
    ...judgeQuestions(oracle, mesh, questions),
    ...(await runAll(experiments, stageOf(oracle, mesh), () => undefined)),
  ];
}

/** Asks questions, and judges the claims that they belong to. */
export function judgeQuestions(oracle: Oracle, mesh: Mesh, questions: readonly Question[]): Proof[] {
  const ask = asker(askingOf(oracle, mesh));
  const { add, proofs } = judging();
  questions.forEach((one) => {
    ask(one).forEach(({ question, answer }) => {
      add(question, answer);
    });
  });
  return proofs();
}

/** What an oracle is asked. */
export function askingOf(oracle: Oracle, mesh: Mesh): Asking<FollowedQuestion> {
  const { model, classes } = oracle;
  return {
    model,
    mesh,
    classes,
    follow: (question) => foretoldTo(oracle, mesh, question) ?? notSent,
    answer: ({ parts }, question) =>
      parts === undefined ? "there is no such pod" : answerAmong(parts, question),
  };
}

/** What becomes of a question's request. Parts are undefined if there is no pod that sends it, or that it is sent to. */
interface FollowedQuestion {
  readonly parts?: readonly Part[];
  readonly passed?: Passed | undefined;
}

const notSent: FollowedQuestion = {};

/** The answer to a question: of several possible ones, one that contradicts the expectation if there is any. */
function answerAmong(parts: readonly Part[], question: Question): Answer {
  let first: Answer | undefined;
  let unknown: Answer | undefined;
  for (const { share, answer } of parts) {
    if (share <= 0) continue;
    if (typeof answer === "string") return answer;
    if ("unknown" in answer) unknown ??= answer;
    else if (!isMet(question, answer)) return answer;
    first ??= answer;
  }
  return unknown ?? first ?? "no answer";
}

/** What becomes of a question's request. Undefined if there is no pod that sends it, or that it is sent to. */
export function foretoldTo(
  { model, foretell, follow = foretell, foretellDirect }: Oracle,
  mesh: Mesh,
  { caller, target, scheme, requestPath, request, through }: Question,
): Pick<Foretold, "parts" | "passed"> | undefined {
  const host = target.kind === "host" ? target.host : "pod";
  const url = `${scheme}://${host}:${target.port}${scheme === "tcp" ? "" : requestPath}`;
  const sent: LabRequest = { ...request, url, ...(through && { connectTo: through }) };
  if (target.kind === "pods") {
    const pods = workloadsOf(model, mesh, target.service);
    const parts = pods.flatMap((one) => foretellDirect(one, sent));
    return parts.length === 0 ? undefined : { parts };
  }
  const from = through ? gatewayOf(model, mesh, through.host) : callerOf(model, mesh, caller);
  return from && follow(from, sent);
}
