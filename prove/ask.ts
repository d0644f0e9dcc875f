import type { Mesh } from "../catalog";
import type { LabAnswer, LabPod, Laboratory } from "./laboratory";
import { type Caller, describeQuestion, type Expectation, type Proof, type Question } from "./question";
import { probeLabels } from "./standIns";
import { unmeshedNamespace } from "./identities";

/** How many requests a pod sends at once. */
const together = 25;

/** Asks every question, and judges each claim by the answers to all of its questions. */
export async function askAll(
  laboratory: Laboratory,
  mesh: Mesh,
  questions: readonly Question[],
  say: (text: string) => void,
): Promise<Proof[]> {
  const pods = await laboratory.pods();
  const answers = new Map<Question, LabAnswer | string>();
  const byPod = Map.groupBy(questions, ({ caller }) => podOf(pods, mesh, caller));
  for (const [pod, own] of byPod) {
    if (pod === undefined) {
      for (const question of own) answers.set(question, "there is no such pod");
      continue;
    }
    for (let first = 0; first < own.length; first += together) {
      const part = own.slice(first, first + together);
      const results = await laboratory.send(
        pod,
        part.map((question) => ({
          url: urlOf(question, pods, mesh),
          ...(question.through && { connectTo: question.through }),
          ...question.request,
        })),
      );
      for (const [index, question] of part.entries()) {
        answers.set(question, results[index]?.[0] ?? "no answer");
      }
      say(`${answers.size} of ${questions.length} requests`);
    }
  }
  const claims = Map.groupBy(questions, ({ path, claim }) => `${path}\n${claim}`);
  return [...claims.values()].map((own) => judge(own, answers));
}

function judge(questions: readonly Question[], answers: ReadonlyMap<Question, LabAnswer | string>): Proof {
  const [{ path, claim } = { path: "", claim: "" }] = questions;
  const common = { path, claim, requests: questions.length };
  for (const question of questions) {
    const answer = answers.get(question) ?? "no answer";
    if (typeof answer !== "string" && isMet(question, answer)) continue;
    const seen = typeof answer === "string" ? answer : describeAnswer(answer);
    const counterexample = { request: describeQuestion(question), expected: expectationOf(question), seen };
    return { ...common, verdict: "refuted", counterexample };
  }
  return { ...common, verdict: "proven" };
}

function expectationOf({ expect, redirect, sees }: Question): string {
  const details = redirect ?? sees;
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
  };
  return met[expect];
}

/** Whether the application saw what it should. An answer to HEAD has no body that says so. */
function isSeen({ body, pod, version }: LabAnswer, sees: Question["sees"] = {}): boolean {
  const path = body.startsWith("{") ? (JSON.parse(body) as { readonly path?: string }).path : undefined;
  return (
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

export function podOf(pods: readonly LabPod[], mesh: Mesh, caller: Caller): LabPod | undefined {
  if (caller.kind === "workload") return podsOf(pods, mesh, caller.service)[0];
  const [namespace, account] =
    caller.kind === "unmeshed" ? [unmeshedNamespace, "unmeshed"] : [caller.namespace, caller.serviceAccount];
  return pods.find((pod) => pod.namespace === namespace && hasLabels(pod, probeLabels(account)));
}

/** The pods of a service. */
export function podsOf(pods: readonly LabPod[], mesh: Mesh, name: string): LabPod[] {
  const service = mesh.services.find((one) => one.name === name);
  if (service === undefined) return [];
  return pods.filter((pod) => pod.namespace === service.namespace && hasLabels(pod, service.selector));
}

function hasLabels({ labels }: LabPod, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function urlOf({ scheme, target, requestPath }: Question, pods: readonly LabPod[], mesh: Mesh): string {
  const host =
    target.kind === "host"
      ? target.host
      : (podsOf(pods, mesh, target.service)[0]?.address ?? "no-pod.invalid");
  return `${scheme}://${host}:${target.port}${scheme === "tcp" ? "" : requestPath}`;
}
