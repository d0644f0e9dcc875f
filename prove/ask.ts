import type { Mesh } from "../catalog";
import { newKey } from "./experiment";
import { labHeaders, type LabAnswer, type LabPod, type Laboratory, type LabRequest } from "./laboratory";
import { proxyCalls, withKey } from "./laboratory/providers";
import { type Answer, type Answers, isMet, isOverload } from "./judge";
import type { Caller, Question } from "./question";
import { probeLabels } from "./standIns";
import { unmeshedNamespace } from "./identities";

/** How many requests a pod sends at once. */
const together = 25;

/** Asks every question in a laboratory. */
export async function askAll(
  laboratory: Laboratory,
  mesh: Mesh,
  questions: readonly Question[],
  say: (text: string) => void,
): Promise<Answers> {
  const pods = await laboratory.pods();
  const answers = new Map<Question, Answer>();
  const [decided = [], others = []] = [true, false].map((authorizer) =>
    questions.filter(({ expect, unasked }) => (expect === "asked" || unasked === true) === authorizer),
  );
  const byPod = Map.groupBy(others, ({ caller }) => podOf(pods, mesh, caller));
  for (const [pod, own] of byPod) {
    if (pod === undefined) {
      for (const question of own) answers.set(question, "there is no such pod");
      continue;
    }
    for (let first = 0; first < own.length; first += together) {
      const part = own.slice(first, first + together);
      const ask = async (some: readonly Question[]): Promise<void> => {
        const results = await laboratory.send(
          pod,
          some.map((question) => requestOf(question, pods, mesh)),
        );
        for (const [index, question] of some.entries()) {
          answers.set(question, results[index]?.[0] ?? "no answer");
        }
      };
      await ask(part);
      const failed = part.filter((question) => isFailedConnection(question, answers.get(question)));
      if (failed.length > 0) await ask(failed);
      for (const question of part) if (isOverflow(answers.get(question))) await ask([question]);
      say(`${answers.size} of ${questions.length} requests`);
    }
  }
  for (const question of decided) {
    const pod = podOf(pods, mesh, question.caller);
    answers.set(
      question,
      pod === undefined ? "there is no such pod" : await askDecided(laboratory, mesh, pods, pod, question),
    );
    say(`${answers.size} of ${questions.length} requests`);
  }
  return answers;
}

/**
 * Whether a connection failed that should have been answered. A proxy on a busy machine can give up connecting, and repeats
 * requests, but not connections. So these are asked about once more: what the configuration refuses fails again.
 */
function isFailedConnection(question: Question, answer: Answer | undefined): boolean {
  if (question.scheme !== "tcp" || question.expect !== "answered") return false;
  return typeof answer !== "object" || "unknown" in answer || !isMet(question, answer);
}

/**
 * Whether a circuit breaker refused a request, because others were sent at the same time. Alone it is within the limits, which
 * have experiments of their own.
 */
function isOverflow(answer: Answer | undefined): boolean {
  return typeof answer === "object" && !("unknown" in answer) && isOverload(answer);
}

/**
 * Asks about a request that an external authorizer may decide. It does if it gets the request, and if the client gets its
 * denial.
 */
async function askDecided(
  laboratory: Laboratory,
  mesh: Mesh,
  pods: readonly LabPod[],
  pod: LabPod,
  question: Question,
): Promise<Answer> {
  const request = requestOf(question, pods, mesh);
  const key = newKey();
  const send = async (own: string): Promise<LabAnswer | undefined> => {
    const [answers] = await laboratory.send(pod, [{ ...request, url: withKey(request.url, own), key: own }]);
    return answers?.[0];
  };
  const answer = await send(key);
  for (const { name, host } of mesh.extensionProviders) {
    const service = mesh.services.find((one) => one.host === host);
    const seen = await Promise.all(
      podsOf(pods, mesh, service?.name ?? "").map((one) => laboratory.seen(one, key)),
    );
    if (!seen.flat().some(({ path, headers }) => isCheck(path, headers))) continue;
    const denial = await send(`${key}-deny`);
    const isDenied = denial !== undefined && /^(403|grpc 7)$/.test(denial.status);
    return isDenied ? { unknown: `${name} decides it`, provider: name } : (denial ?? "no answer");
  }
  if (question.provider !== undefined && !isInMesh(mesh, question.provider)) {
    return { unknown: "the authorizer is outside of the mesh, where the laboratory decides no requests" };
  }
  return answer ?? "no answer";
}

function isInMesh({ extensionProviders, services }: Mesh, provider: string): boolean {
  const found = extensionProviders.find(({ name }) => name === provider);
  return services.some(({ host }) => host === found?.host);
}

/** Whether a request was a proxy's own, which has no header of the client. */
function isCheck(path: string, headers: Readonly<Record<string, string>>): boolean {
  return path === proxyCalls.check || headers[labHeaders.key] === undefined;
}

function requestOf(question: Question, pods: readonly LabPod[], mesh: Mesh): LabRequest {
  return {
    url: urlOf(question, pods, mesh),
    ...(question.through && { connectTo: question.through }),
    ...question.request,
  };
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

/** The pods of a host in the cluster: of a service, or of a stand-in for the service that receives spans. */
export function podsBehind(pods: readonly LabPod[], mesh: Mesh, host: string): LabPod[] {
  const service = mesh.services.find((one) => one.host === host);
  if (service !== undefined) return podsOf(pods, mesh, service.name);
  const [name = "", namespace] = host.split(".");
  return pods.filter((pod) => pod.namespace === namespace && hasLabels(pod, { app: name }));
}

export function hasLabels({ labels }: LabPod, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function urlOf({ scheme, target, requestPath }: Question, pods: readonly LabPod[], mesh: Mesh): string {
  const host =
    target.kind === "host"
      ? target.host
      : (podsOf(pods, mesh, target.service)[0]?.address ?? "no-pod.invalid");
  return `${scheme}://${host}:${target.port}${scheme === "tcp" ? "" : requestPath}`;
}
