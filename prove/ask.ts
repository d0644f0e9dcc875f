import type { Mesh } from "../catalog";
import type { LabPod, Laboratory } from "./laboratory";
import type { Answer, Answers } from "./judge";
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
  const [asked, others] = [true, false].map((authorizer) =>
    questions.filter(({ expect }) => (expect === "asked") === authorizer),
  );
  for (const question of asked ?? []) {
    answers.set(question, { unknown: "an application of the laboratory decides no requests" });
  }
  const byPod = Map.groupBy(others ?? [], ({ caller }) => podOf(pods, mesh, caller));
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
  return answers;
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
