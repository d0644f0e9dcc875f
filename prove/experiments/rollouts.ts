import { setTimeout as sleep } from "node:timers/promises";
import type { Edge, Mesh, Service } from "../../catalog";
import {
  type Experiment,
  notProvable,
  type Outcome,
  proven,
  refuted,
  type Stage,
  tally,
} from "../experiment";
import { admittedAtOnce, requestEdges, type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/**
 * Rollouts under load. One is of the service with the most callers, because a rollout takes its pods' whole
 * termination. Others are of each service with a `drain` of its own.
 */
export function rolloutExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  const candidates = mesh.services
    .map((service) => ({
      service,
      edge: requestEdges(service).find(({ source }) => source.kind === "service"),
    }))
    .filter(({ service }) => service.workloads.length > 0)
    .filter((one): one is { service: Service; edge: Edge } => one.edge !== undefined);
  const [most] = candidates.toSorted(
    (one, other) => other.service.incoming.length - one.service.incoming.length,
  );
  return candidates
    .filter((one) => one === most || one.service.workloads.some(({ drain }) => drain !== undefined))
    .map(({ service, edge }) => ({
      path: service.path,
      claim: `a rollout of ${service.name} under load fails no request`,
      byRequests: true,
      exhausts: true,
      run: (stage) => showRollout(stage, service, sampleOf(mesh, service, edge, issuer)),
    }));
}

/** Milliseconds between two rounds of requests. Without a pause, they would take the processors that the new pods start on. */
const pause = 40;

/** Sends requests until a rollout has ended. */
async function showRollout(stage: Stage, service: Service, sample: SampleCall): Promise<Outcome> {
  const { caller, ...request } = sample;
  if (admittedAtOnce(service) < Infinity || service.globalRateLimits.length > 0) {
    return notProvable("its rate limit rejects requests under load");
  }
  const before = new Set(stage.pods(service.name).map(({ name }) => name));
  const progress = { isOver: false };
  const rollout = stage.rollOut(service.name).finally(() => (progress.isOver = true));
  const statuses: string[] = [];
  const pods = new Set<string>();
  while (!progress.isOver) {
    const answers = await stage.send(caller, { ...request, count: 20, concurrency: 2, keepAlive: true });
    if (answers === undefined) return notProvable("the caller has no pod");
    for (const { status, pod } of answers) {
      statuses.push(pod === undefined ? `${status} of a proxy` : status);
      if (pod !== undefined) pods.add(pod);
    }
    await sleep(pause);
  }
  const problem = await rollout;
  if (problem !== undefined) return notProvable(problem, statuses.length);
  const isNew = [...pods].some((name) => !before.has(name));
  return isNew && statuses.every((status) => status === "200")
    ? proven(statuses.length)
    : refuted(
        statuses.length,
        `${statuses.length} × ${request.method} ${request.url} during a rollout`,
        "200 for each, in the end from new pods",
        `${tally(statuses)}${isNew ? "" : ", from old pods only"}`,
      );
}
