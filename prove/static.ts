import type { Delivery, Route, RouteDestination } from "../effect";
import { experimentsOf, questionsOf, runAll } from "./claims";
import type { Subject } from "./cluster";
import { type Experiment, notProvable, type Stage } from "./experiment";
import { foretell, foretellDirect, type Foretelling, type Part } from "./foretell";
import { type Answer, isMet, judgeAll } from "./judge";
import { type LabAnswer, labHeaders, type LabRequest, type SeenRequest } from "./laboratory";
import { callerOf, gatewayOf, modelOf, workloadsOf } from "./model";
import type { Proof, Question } from "./question";
import { createTokenIssuer } from "./tokens";

/**
 * Proves a subject without a proxy or a request: the model of effects reads the objects, and answers what a laboratory
 * would be asked. It needs neither Linux nor root.
 *
 * @param only text that a claim's path or sentence contains; other claims are left out. Default: every claim.
 */
export async function proveStatically(subject: Subject, only?: string): Promise<Proof[]> {
  const issuer = createTokenIssuer();
  const how: Foretelling = { model: modelOf(subject), jwks: issuer.jwks };
  const questions = questionsOf(subject, issuer, only);
  const answers = new Map(questions.map((question) => [question, answerTo(how, subject, question)]));
  const experiments = experimentsOf(subject, issuer, only).map(withoutCounting);
  return [
    ...judgeAll(questions, answers),
    ...(await runAll(experiments, stageOf(how, subject), () => undefined)),
  ];
}

function withoutCounting(experiment: Experiment): Experiment {
  if (experiment.counts !== true) return experiment;
  return { ...experiment, run: () => Promise.resolve(notProvable("it takes requests that are counted")) };
}

/** The answer to a question: of several possible ones, one that contradicts the expectation if there is any. */
function answerTo(how: Foretelling, subject: Subject, question: Question): Answer {
  const parts = partsOf(how, subject, question);
  if (parts === undefined) return "there is no such pod";
  const answers = parts.filter(({ share }) => share > 0).map(({ answer }) => answer);
  const contrary = answers.find(
    (one) => typeof one === "string" || (!("unknown" in one) && !isMet(question, one)),
  );
  return (
    contrary ??
    answers.find((one) => typeof one === "object" && "unknown" in one) ??
    answers[0] ??
    "no answer"
  );
}

function partsOf(
  how: Foretelling,
  { mesh }: Subject,
  { caller, target, scheme, requestPath, request, through }: Question,
): readonly Part[] | undefined {
  const host = target.kind === "host" ? target.host : "pod";
  const url = `${scheme}://${host}:${target.port}${scheme === "tcp" ? "" : requestPath}`;
  const sent: LabRequest = { ...request, url, ...(through && { connectTo: through }) };
  if (target.kind === "pods") {
    const pods = workloadsOf(how.model, mesh, target.service);
    const parts = pods.flatMap((one) => foretellDirect(how, one, sent));
    return parts.length === 0 ? undefined : parts;
  }
  const from = through ? gatewayOf(how.model, mesh, through.host) : callerOf(how.model, mesh, caller);
  return from && foretell(how, from, sent).parts;
}

/** A stage on which the model answers in place of pods. */
function stageOf(how: Foretelling, { mesh }: Subject): Stage {
  const recorded = new Map<string, SeenRequest[]>();
  const record = (host: string, key: string, version: string, count: number): void => {
    const place = `${host} ${key}`;
    recorded.set(place, [
      ...(recorded.get(place) ?? []),
      ...Array.from({ length: count }, () => seenBy(version)),
    ]);
  };
  return {
    mesh,
    longestWait: Infinity,
    slack: 0,
    deviations: 0,
    policies: (caller, request) => {
      const from = callerOf(how.model, mesh, caller);
      return from && policiesOf(foretell(how, from, request).delivery);
    },
    copied: () => Promise.resolve(),
    send: (caller, request) => {
      const { connectTo } = request;
      const from = connectTo ? gatewayOf(how.model, mesh, connectTo.host) : callerOf(how.model, mesh, caller);
      if (from === undefined) return Promise.resolve(undefined);
      const { parts, delivery } = foretell(how, from, request);
      const { key, count = 1 } = request;
      const answers = divided(parts, count);
      if (key !== undefined) {
        for (const { answer, host = "" } of answers) {
          record(host, key, answer.version ?? "", attemptsOf(delivery.route, answer.status));
        }
        for (const { destination, percentage } of delivery.route.mirrors) {
          record(destination.host, key, versionOf(destination), Math.round((count * percentage) / 100));
        }
      }
      return Promise.resolve(answers.map(({ answer }) => inTime(delivery.route, request, answer)));
    },
    seen: (service, key) => {
      const host = mesh.services.find(({ name }) => name === service)?.host ?? "";
      return Promise.resolve(recorded.get(`${host} ${key}`) ?? []);
    },
    replicas: () => 1,
  };
}

/** The settings at the last proxy on the way: that of the client, or an egress gateway. */
function policiesOf({ arrivals }: Delivery): object[] {
  return arrivals.flatMap(({ destination, at }) => {
    const further = at.flatMap(({ next }) => (next ? policiesOf(next) : []));
    return further.length > 0 ? further : [destination.policy];
  });
}

function seenBy(version: string): SeenRequest {
  return { pod: "", version, method: "", path: "", host: "", headers: {}, at: 0 };
}

function versionOf({ labels = {} }: RouteDestination): string {
  return typeof labels.version === "string" ? labels.version : "";
}

/**
 * Divides a number of requests as their shares say: the largest remainders are rounded up.
 *
 * @throws Error if the model does not know a part's answer.
 */
function divided(
  parts: readonly Part[],
  count: number,
): { readonly answer: LabAnswer; readonly host?: string }[] {
  const exact = parts.map((part) => ({ part, whole: Math.floor(part.share * count + 1e-9) }));
  const missing = count - exact.reduce((sum, { whole }) => sum + whole, 0);
  const byRemainder = exact.toSorted(
    (one, other) => other.part.share * count - other.whole - (one.part.share * count - one.whole),
  );
  return byRemainder.flatMap(({ part: { answer, host }, whole }, index) => {
    if (typeof answer === "string") throw new Error(answer);
    if ("unknown" in answer) throw new Error(answer.unknown);
    const one = { answer, ...(host !== undefined && { host }) };
    return Array.from({ length: whole + (index < missing ? 1 : 0) }, () => one);
  });
}

/** Conditions under which a proxy repeats an answer of 503. */
const repeated = /^(5xx|gateway-error|503)$/;
/** Conditions under which a proxy repeats an attempt that took too long. */
const slow = /^(5xx|gateway-error|504)$/;

function repeats({ retries }: Route, conditions: RegExp): number {
  const matches = retries?.retryOn.split(",").some((one) => conditions.test(one.trim())) ?? false;
  return matches ? (retries?.attempts ?? 0) : 0;
}

function attemptsOf(route: Route, status: string): number {
  return 1 + (status === "503" ? repeats(route, repeated) : 0);
}

/** The answer that a client gets when the application answers as late as the request asks for. */
function inTime(route: Route, { headers = {} }: LabRequest, answer: LabAnswer): LabAnswer {
  const delay = Number(headers[labHeaders.delay] ?? 0);
  const tries = (route.retries?.perTryTimeout ?? Infinity) * (1 + repeats(route, slow));
  const waits = Math.min(route.timeout ?? Infinity, tries);
  if (delay <= waits) return { ...answer, milliseconds: delay };
  return { status: "504", milliseconds: waits, headers: {}, body: "" };
}
