import type { LabAnswer } from "./laboratory";
import { describeQuestion, type Expectation, type Proof, type Question } from "./question";

/** What a client gets is not known, for a reason. An external authorizer that decides it has a name. */
export interface UnknownAnswer {
  readonly unknown: string;
  readonly provider?: string;
}

/** An answer: what the client got, why it is not known, or as text why there is none. */
export type Answer = LabAnswer | UnknownAnswer | string;

export type Answers = ReadonlyMap<Question, Answer>;

/** Judges each claim by the answers to all of its questions. */
export function judgeAll(questions: readonly Question[], answers: Answers): Proof[] {
  const claims = Map.groupBy(questions, ({ path, claim }) => `${path}\n${claim}`);
  return [...claims.values()].map((own) => judge(own, answers));
}

function judge(questions: readonly Question[], answers: Answers): Proof {
  const [{ path, claim } = { path: "", claim: "" }] = questions;
  const common = { path, claim, requests: questions.length };
  let reason: string | undefined;
  for (const question of questions) {
    const answer = answers.get(question) ?? "no answer";
    if (isUnknown(answer) && !(answer.provider !== undefined && isAboutAuthorizer(question))) {
      reason ??= answer.unknown;
      continue;
    }
    if (isUnknown(answer) && answer.provider === question.provider) continue;
    if (typeof answer !== "string" && !isUnknown(answer) && isMet(question, answer)) continue;
    const seen = describe(answer);
    const counterexample = { request: describeQuestion(question), expected: expectationOf(question), seen };
    return { ...common, verdict: "refuted", counterexample };
  }
  return {
    ...common,
    ...(reason === undefined ? { verdict: "proven" } : { verdict: "not provable here", reason }),
  };
}

function isUnknown(answer: Answer): answer is UnknownAnswer {
  return typeof answer === "object" && "unknown" in answer;
}

function isAboutAuthorizer({ expect, unasked }: Question): boolean {
  return expect === "asked" || unasked === true;
}

function describe(answer: Answer): string {
  if (typeof answer === "string") return answer;
  return isUnknown(answer) ? `asked, provider ${answer.provider ?? ""}` : describeAnswer(answer);
}

function expectationOf({ expect, redirect, sees, provider, unasked }: Question): string {
  if (unasked === true) return `${expect}, without an external authorizer`;
  const details = provider === undefined ? (redirect ?? sees) : { provider };
  const text = Object.entries(details ?? {}).map(([name, value]) => `${name} ${value}`);
  return text.length === 0 ? expect : `${expect}, ${text.join(", ")}`;
}

/** Whether an answer is the expected one. */
export function isMet(
  { expect, scheme, redirect, sees, by }: Pick<Question, "expect" | "scheme" | "redirect" | "sees" | "by">,
  answer: LabAnswer,
): boolean {
  const byApplication = answer.pod !== undefined;
  const isHttp = /^(\d{3}|grpc .*)$/.test(answer.status);
  const met: Record<Expectation, boolean> = {
    answered: byApplication && /^(200|grpc 0|echo)$/.test(answer.status) && isSeen(answer, sees),
    denied: !byApplication && (scheme === "tcp" ? !isHttp : /^(401|403|grpc (7|16))$/.test(answer.status)),
    // Over TCP a proxy that accepts plaintext would answer garbage with 400.
    refused: !byApplication && !isHttp && answer.status !== "foreign" && answer.status !== "timeout",
    unreachable: by === undefined ? !byApplication : answer.pod !== by,
    redirected:
      !byApplication && answer.status === redirect?.status && answer.headers.location === redirect.location,
    // The answer is known, so no authorizer was asked.
    asked: false,
  };
  return met[expect];
}

/** Whether the application saw what it should. An answer to HEAD has no body that says so. */
function isSeen({ body, pod, version }: LabAnswer, sees: Question["sees"] = {}): boolean {
  const { path, port, headers, tls, protocol } = (body.startsWith("{") ? JSON.parse(body) : {}) as {
    readonly path?: string;
    readonly port?: number;
    readonly tls?: boolean;
    /** Version of HTTP. */
    readonly protocol?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  const token = headers?.authorization === undefined ? "removed" : "forwarded";
  return (
    (sees.port === undefined || port === undefined || port === sees.port) &&
    (sees.tls === undefined || tls === undefined || tls === sees.tls) &&
    (sees.http === undefined || protocol === undefined || protocol === sees.http) &&
    (sees.token === undefined || headers === undefined || token === sees.token) &&
    (sees.path === undefined || body === "" || path?.split("?")[0] === sees.path) &&
    (sees.service === undefined || pod?.startsWith(`${sees.service}-`) === true) &&
    (sees.version === undefined || version === sees.version)
  );
}

function describeAnswer({ status, pod, body, headers: { location } }: LabAnswer): string {
  const by = pod === undefined ? "" : ` from ${pod}`;
  const to = location === undefined ? "" : ` to ${location}`;
  return `${status}${by}${to}${body === "" ? "" : ` (${body.slice(0, 80)})`}`;
}
