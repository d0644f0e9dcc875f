import type { Edge, GlobalRateLimit, Mesh, RateLimitUnit, Service } from "../../catalog";
import {
  type Experiment,
  newKey,
  notProvable,
  type Outcome,
  proven,
  refuted,
  type Stage,
  tally,
} from "../experiment";
import { type CountedRequest, quotasOf, serviceDifference } from "../globalLimits";
import { pathInside, requestEdges, type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";
import { asTenant, isAnswered, isLimited, mostRequests, uncounted } from "./countedRequests";

const seconds: Readonly<Record<RateLimitUnit, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/** Rate limits for all pods of a service together. */
export function globalRateLimitExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return mesh.services.flatMap((service) => {
    const [edge] = requestEdges(service);
    if (edge === undefined) return [];
    const sample = sampleOf(mesh, service, edge, issuer);
    // Requests of a small quota also count against a large one.
    const limits = service.globalRateLimits.toSorted((one, other) => one.requests - other.requests);
    return limits.map((limit): Experiment => {
      const { requests, per, name } = limit;
      const own = name.slice(service.name.length + 1);
      const tenant = (value: string) => tenantSample(mesh, edge, issuer, sample, limit, value);
      return {
        path: `${service.path}.globalRateLimits.${own}`,
        claim: `all pods of ${service.name} together answer ${requests} requests in a ${per}, as ${own} says`,
        exhausts: true,
        run: (stage) =>
          compared(stage, service, limit) ?? uncounted(stage) ?? showLimit(stage, service, limit, tenant),
      };
    });
  });
}

/** A request that the limit counts, of a tenant. */
function tenantSample(
  mesh: Mesh,
  edge: Edge,
  issuer: TokenIssuer,
  sample: SampleCall,
  { by, path }: GlobalRateLimit,
  value: string,
): SampleCall {
  const url =
    path === undefined ? sample.url : sample.url.replace(/^(\w+:\/\/[^/]+).*$/, `$1${pathInside(path)}`);
  if (by === undefined || by === "remoteAddress") return { ...sample, url };
  return asTenant({ mesh, edge, issuer }, { ...sample, url }, by.key, value);
}

/** Follows requests through the filters of each workload, to the quotas of the rate limit service. */
function compared(stage: Stage, { name }: Service, limit: GlobalRateLimit): Promise<Outcome> | undefined {
  const { mesh } = stage;
  const workloads = stage.filters(name, mesh.istioVersion);
  const config = stage.quotas();
  if (workloads === undefined || config === undefined) return undefined;
  let count = 0;
  for (const filters of workloads) {
    const wrong = serviceDifference(filters, mesh);
    if (wrong !== undefined)
      return Promise.resolve(refuted(count, `requests to ${name}`, "the rate limit service", wrong));
    for (const [request, requests] of countedBy(limit)) {
      count += 1;
      const quotas = quotasOf(filters, config, request);
      const matching = quotas.filter(
        (one) => one.unit === limit.per && one.requests === (requests ?? limit.requests),
      );
      // Another limit of the service may have the same quota.
      if (requests === undefined ? matching.length <= sameElsewhere(mesh, limit) : matching.length > 0)
        continue;
      return Promise.resolve(
        refuted(
          count,
          `a request to ${name} with ${JSON.stringify(request)}`,
          requests === undefined ? "no quota" : `${requests} in a ${limit.per}`,
          quotas.map((one) => `${one.requests} in a ${one.unit}`).join(", ") || "no quota",
        ),
      );
    }
  }
  return count === 0 ? undefined : Promise.resolve(proven(count));
}

/** How many other limits have the same quota. */
function sameElsewhere({ services }: Mesh, { name, per, requests }: GlobalRateLimit): number {
  const own = services.find(({ globalRateLimits }) => globalRateLimits.some((one) => one.name === name));
  return (own?.globalRateLimits ?? []).filter(
    (one) => one.name !== name && one.per === per && one.requests === requests,
  ).length;
}

/** Requests, and the quota that each counts against: of tenants with their own one, of another one, and of none. */
function countedBy({ by, path, requests }: GlobalRateLimit): [CountedRequest, number | undefined][] {
  const inside = pathInside(path ?? "/");
  const plain = { path: inside, headers: {}, claims: {} };
  const beside: [CountedRequest, undefined][] =
    path === undefined ? [] : [[{ ...plain, path: "/prove-outside" }, undefined]];
  if (by === undefined || by === "remoteAddress") return [[plain, requests], ...beside];
  const { key, tenants } = by;
  const as = (tenant: string): CountedRequest =>
    "header" in key
      ? { ...plain, headers: { [key.header]: tenant } }
      : { ...plain, claims: key.claim.reduceRight<unknown>((inner, one) => ({ [one]: inner }), tenant) };
  return [
    ...Object.entries(tenants).map(([tenant, own]): [CountedRequest, number] => [as(tenant), own]),
    [as("prove-tenant"), requests],
    [plain, tenants["-"] ?? requests],
    ...beside,
  ];
}

/** Sends more than the quota, and then requests of another tenant. */
async function showLimit(
  stage: Stage,
  { rateLimit, globalRateLimits }: Service,
  { by, per, requests, path }: GlobalRateLimit,
  as: (tenant: string) => SampleCall,
): Promise<Outcome> {
  const count = requests + 20;
  if (count > mostRequests) return notProvable(`a proof would take ${count} requests`);
  if (rateLimit !== undefined && rateLimit.burst < count) {
    return notProvable("each pod's own limit rejects the requests before");
  }
  const perTenant = by !== undefined && by !== "remoteAddress";
  const { caller, ...request } = as(newKey());
  const begin = Date.now();
  const answers = await stage.send(caller, { ...request, count, concurrency: 10, keepAlive: true });
  if (answers === undefined) return notProvable("the caller has no pod");
  const windowOf = (time: number): number => Math.floor(time / 1000 / seconds[per]);
  const windows = windowOf(Date.now()) - windowOf(begin) + 1;
  const answered = answers.filter(isAnswered).length;
  if (windows > 1 && !answers.some(isLimited)) {
    return notProvable("this machine sends too slowly to reach the limit", count);
  }
  const alone = globalRateLimits.length === 1;
  if (answered === 0 && !alone) return notProvable("other limits of the service reject the requests", count);
  // Requests of other claims count too, unless they are of another tenant.
  const least = perTenant && alone ? requests : 1;
  const { caller: other, ...same } = as(newKey());
  const others = perTenant ? ((await stage.send(other, { ...same, count: 3 })) ?? []) : [];
  const fits =
    answered <= requests * windows &&
    answered >= least &&
    answers.some(isLimited) &&
    answers.every((answer) => isAnswered(answer) || isLimited(answer)) &&
    (!alone || others.every(isAnswered));
  const total = count + others.length;
  return fits
    ? proven(total)
    : refuted(
        total,
        `${count} × ${request.method} ${request.url}${path === undefined ? "" : ` (${path})`}`,
        `${least} to ${requests * windows} answers, and 429 for the others${perTenant ? "; answers to another tenant" : ""}`,
        `${tally(answers.map(({ status }) => status))}${others.length > 0 ? `; ${tally(others.map(({ status }) => status))}` : ""}`,
      );
}
