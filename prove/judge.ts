import type { LabAnswer } from "./laboratory";
import { describeQuestion, type Proof, type Question } from "./question";

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
  const { add, proofs } = judging();
  questions.forEach((question) => {
    add(question, answers.get(question) ?? "no answer");
  });
  return proofs();
}

/** A claim, as far as its questions are answered. */
interface Judged extends Pick<Proof, "path" | "claim" | "counterexample" | "reason"> {
  requests: number;
  counterexample?: NonNullable<Proof["counterexample"]>;
  reason?: string;
}

/** Judges claims while answers come in, none of which is kept. The first that contradicts a claim refutes it. */
export function judging(): {
  readonly add: (question: Question, answer: Answer) => void;
  readonly proofs: () => Proof[];
} {
  const all: Judged[] = [];
  const byPath = new Map<string, Map<string, Judged>>();
  const judgedOf = ({ path, claim }: Question): Judged => {
    const ofPath = byPath.get(path) ?? new Map<string, Judged>();
    byPath.set(path, ofPath);
    const known = ofPath.get(claim);
    if (known !== undefined) return known;
    const judged = { path, claim, requests: 0 };
    ofPath.set(claim, judged);
    all.push(judged);
    return judged;
  };
  return {
    add: (question, answer) => {
      const judged = judgedOf(question);
      judged.requests += 1;
      if (judged.counterexample === undefined) judge(judged, question, answer);
    },
    proofs: () => all.map(proofOf),
  };
}

function judge(judged: Judged, question: Question, answer: Answer): void {
  if (isUnknown(answer) && !(answer.provider !== undefined && isAboutAuthorizer(question))) {
    judged.reason ??= answer.unknown;
    return;
  }
  if (isUnknown(answer) && answer.provider === question.provider) return;
  if (typeof answer !== "string" && !isUnknown(answer) && isMet(question, answer)) return;
  judged.counterexample = {
    request: describeQuestion(question),
    expected: expectationOf(question),
    seen: describe(answer),
  };
}

function proofOf({ path, claim, requests, counterexample, reason }: Judged): Proof {
  const common = { path, claim, requests };
  if (counterexample !== undefined) return { ...common, verdict: "refuted", counterexample };
  return reason === undefined
    ? { ...common, verdict: "proven" }
    : { ...common, verdict: "not provable here", reason };
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

function expectationOf({ expect, redirect, response, sees, provider, unasked }: Question): string {
  if (unasked === true) return `${expect}, without an external authorizer`;
  const details = provider === undefined ? (redirect ?? response ?? sees) : { provider };
  const text = Object.entries(details ?? {}).flatMap(([name, value]) =>
    value === "" ? [] : [`${name} ${String(value).slice(0, 80)}`],
  );
  return text.length === 0 ? expect : `${expect}, ${text.join(", ")}`;
}

type Expected = Pick<Question, "expect" | "scheme" | "redirect" | "response" | "sees" | "by">;

/**
 * Whether a circuit breaker of a proxy refused a request. Answers to HEAD and those of gRPC have no text that says so.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-overloaded
 */
export function isOverload({ headers }: LabAnswer): boolean {
  return headers["x-envoy-overloaded"] === "true";
}

/** Whether an answer is the expected one. */
export function isMet(
  { expect, scheme, redirect, response, sees, by }: Expected,
  answer: LabAnswer,
): boolean {
  const { status } = answer;
  const byApplication = answer.pod !== undefined;
  switch (expect) {
    case "answered":
      return byApplication && good.has(status) && isSeen(answer, sees);
    case "denied":
      return !byApplication && (scheme === "tcp" ? !isHttp(status) : denials.has(status));
    case "refused":
      // Over TCP a proxy that accepts plaintext would answer garbage with 400.
      return !byApplication && !isHttp(status) && status !== "foreign" && status !== "timeout";
    case "unreachable":
      return by === undefined ? !byApplication : answer.pod !== by;
    case "redirected":
      return !byApplication && status === redirect?.status && answer.headers.location === redirect.location;
    case "responded":
      return !byApplication && status === response?.status && answer.body === response.body;
    case "asked":
      // The answer is known, so no authorizer was asked.
      return false;
  }
}

const good: ReadonlySet<string> = new Set(["200", "grpc 0", "echo"]);
const denials: ReadonlySet<string> = new Set(["401", "403", "grpc 7", "grpc 16"]);

function isHttp(status: string): boolean {
  return /^(\d{3}|grpc .*)$/.test(status);
}

/** Whether the application saw what it should. An answer to HEAD has no body that says so. */
function isSeen({ body, pod, version }: LabAnswer, sees: Question["sees"]): boolean {
  if (sees === undefined) return true;
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
