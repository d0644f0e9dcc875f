import { setTimeout as sleep } from "node:timers/promises";
import type { Edge, Mesh, Quota, RateLimit, Service } from "../../catalog";
import {
  type Experiment,
  notProvable,
  type Outcome,
  proven,
  refuted,
  type Stage,
  tally,
} from "../experiment";
import type { LabAnswer } from "../laboratory";
import { limitDifference, quotaDifference } from "../rateLimitSettings";
import { requestEdges, type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";
import { asTenant, isAnswered, isLimited, mostRequests, uncounted } from "./countedRequests";

/** Rate limits of services, and the quotas of their tenants. */
export function rateLimitExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return mesh.services.flatMap((service) => {
    const [edge] = requestEdges(service);
    const { rateLimit: limit, name, path } = service;
    if (limit === undefined || edge === undefined) return [];
    const { burst, requests, per, quota } = limit;
    const sample = sampleOf(mesh, service, edge, issuer);
    return [
      {
        path: `${path}.rateLimit`,
        claim: `each pod of ${name} answers ${burst} requests at once, and ${requests} in ${per / 1000} s`,
        exhausts: true,
        run: (stage) =>
          compared(stage, service, (filters) => limitDifference(filters, limit)) ??
          uncounted(stage) ??
          showLimit(stage, service, limit, tenantSample(mesh, edge, issuer, sample, limit, "tenant-a")),
      },
      ...(quota === undefined
        ? []
        : [
            {
              path: `${path}.rateLimit.quota`,
              claim: `each tenant of ${name} has its own quota of ${quota.requests} requests in ${quota.per / 1000} s at each pod`,
              exhausts: true,
              run: (stage: Stage) =>
                compared(stage, service, (filters) => quotaDifference(filters, quota)) ??
                uncounted(stage) ??
                showQuota(stage, service, limit, quota, (tenant) =>
                  tenantSample(mesh, edge, issuer, sample, limit, tenant),
                ),
            },
          ]),
    ];
  });
}

/**
 * Compares the filters of each workload, for proxies of the mesh's version and of the minor version before it, which pods
 * keep after an upgrade. Undefined if requests are sent instead.
 */
function compared(
  stage: Stage,
  { name }: Service,
  difference: (filters: readonly object[]) => string | undefined,
): Promise<Outcome> | undefined {
  const [major = 0, minor = 0] = stage.mesh.istioVersion.split(".").map(Number);
  let count = 0;
  for (const version of [stage.mesh.istioVersion, `${major}.${minor - 1}.0`]) {
    for (const filters of stage.filters(name, version) ?? []) {
      count += 1;
      const wrong = difference(filters);
      if (wrong !== undefined) {
        const request = `requests to ${name} at a proxy of Istio ${version}`;
        return Promise.resolve(refuted(count, request, "the limit of the catalog", wrong));
      }
    }
  }
  return count === 0 ? undefined : Promise.resolve(proven(count));
}

/** The request as a tenant sends it. */
function tenantSample(
  mesh: Mesh,
  edge: Edge,
  issuer: TokenIssuer,
  sample: SampleCall,
  { quota }: RateLimit,
  tenant: string,
): SampleCall {
  if (quota === undefined) return sample;
  return asTenant({ mesh, edge, issuer }, sample, quota.key, tenant);
}

/** Sends more than the pods' buckets hold, and again when tokens have been added. */
async function showLimit(
  stage: Stage,
  { name }: Service,
  { requests, per, burst, quota }: RateLimit,
  { caller, ...request }: SampleCall,
): Promise<Outcome> {
  const pods = stage.replicas(name);
  // A tenant gets no more than its own quota.
  const whole = Math.min(burst, quota?.requests ?? Infinity);
  const count = pods * whole + 100;
  if (count > mostRequests) return notProvable(`a proof would take ${count} requests`);
  const begin = Date.now();
  const send = async (number: number): Promise<readonly LabAnswer[]> =>
    (await stage.send(caller, { ...request, count: number, concurrency: 20, keepAlive: true })) ?? [];
  const first = await send(count);
  if (first.length === 0) return notProvable("the caller has no pod");
  const most = (): number => pods * (whole + (requests * (Date.now() - begin)) / per);
  if (!first.some(isLimited) && most() >= count) {
    return notProvable("this machine sends too slowly to reach the limit", count);
  }
  const refill = (5 * per) / requests;
  const waits = refill <= 6000 && quota === undefined;
  const at = begin;
  if (waits) await sleep(refill);
  const second = waits ? await send(40) : [];
  const answers = [...first, ...second];
  const answered = answers.filter(isAnswered).length;
  const fits =
    first.some(isLimited) &&
    answers.every((answer) => isAnswered(answer) || isLimited(answer)) &&
    answered <= most() * 1.05 + 2 &&
    (second.length === 0 || second.some(isAnswered));
  return fits
    ? proven(answers.length)
    : refuted(
        answers.length,
        `${answers.length} × ${request.method} ${request.url} in ${(Date.now() - at) / 1000} s`,
        `at most ${Math.ceil(most())} answers, 429 for the others, and answers again after ${refill / 1000} s`,
        `${tally(first.map(({ status }) => status))}, then ${tally(second.map(({ status }) => status)) || "nothing"}`,
      );
}

/** Spends one tenant's quota below the limit of all, and then sends requests of another tenant. */
async function showQuota(
  stage: Stage,
  { name }: Service,
  { requests, per, burst }: RateLimit,
  quota: Quota,
  as: (tenant: string) => SampleCall,
): Promise<Outcome> {
  const pods = stage.replicas(name);
  // Requests of each millisecond at each pod, a little below the limit.
  const pace = (0.85 * requests) / per;
  const filling = quota.requests / quota.per;
  const time = quota.requests <= burst / 2 ? 0 : quota.requests / (pace - filling);
  if (pace <= filling || time > stage.longestWait) {
    return notProvable(`a proof would take ${Math.ceil(time / 1000)} s, in which nothing else may be sent`);
  }
  if (pods * pace * time > mostRequests) {
    return notProvable(`a proof would take ${Math.ceil(pods * pace * time)} requests`);
  }
  const { caller, ...request } = as("tenant-b");
  const batch = time === 0 ? pods * quota.requests + 40 : Math.max(1, Math.floor(pods * pace * 250));
  const begin = Date.now();
  const answers: LabAnswer[] = [];
  let last: readonly LabAnswer[];
  do {
    const next = Date.now() + 250;
    last = (await stage.send(caller, { ...request, count: batch, concurrency: 20, keepAlive: true })) ?? [];
    if (last.length === 0) return notProvable("the caller has no pod");
    answers.push(...last);
    await sleep(Math.max(0, next - Date.now()));
  } while (!last.some(isLimited) && Date.now() - begin < 1.6 * time);
  const elapsed = Date.now() - begin;
  const most = pods * (quota.requests + filling * elapsed);
  const answered = answers.filter(isAnswered).length;
  if (!last.some(isLimited) && answered <= most) {
    return notProvable("this machine sends too slowly to spend the quota", answers.length);
  }
  const { caller: other, ...same } = as("tenant-c");
  const others = (await stage.send(other, { ...same, count: 6 })) ?? [];
  const total = answers.length + others.length;
  return answered <= most * 1.05 + 2 && last.some(isLimited) && others.some(isAnswered)
    ? proven(total)
    : refuted(
        total,
        `${answers.length} × ${request.method} ${request.url} of one tenant, then ${others.length} of another`,
        `at most ${Math.ceil(most)} answers to the first, then 429, and answers to the other`,
        `${tally(answers.map(({ status }) => status))}; ${tally(others.map(({ status }) => status))}`,
      );
}
