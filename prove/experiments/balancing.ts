import type { ConsistentHash, Service } from "../../catalog";
import { fitsShare, notProvable, type Outcome, proven, refuted, type Stage, tally } from "../experiment";
import type { LabAnswer } from "../laboratory";
import type { Caller } from "../question";
import { admittedAtOnce, isConnection, type SampleCall } from "../sample";

const many = 120;
const keys = 24;
const perKey = 2;

/** Sends requests, and compares each pod's share of them with an equal one; or with session affinity each key's pod. */
export async function showBalancing(
  stage: Stage,
  service: Service,
  sample: SampleCall,
  others: readonly Caller[],
): Promise<Outcome> {
  const { simple, consistentHash, locality } = service.loadBalancing;
  if (simple === "PASSTHROUGH") return notProvable("the address that the client resolved decides");
  if (isConnection(sample)) return notProvable("only requests are counted");
  if (consistentHash !== undefined) return affinity(stage, service, consistentHash, sample, others);
  if (locality !== undefined) return notProvable("the claim about its localities says which pods answer");
  const { caller, ...request } = sample;
  const count = Math.min(many, Math.floor(admittedAtOnce(service) / 2));
  if (service.globalRateLimits.length > 0 || count < many / 4)
    return notProvable("its rate limit admits too few");
  const answers = await stage.send(caller, { ...request, count, concurrency: 2, keepAlive: true });
  if (answers === undefined) return notProvable("the caller has no pod");
  const wrong = unequal(stage, service.name, answers);
  return wrong === undefined
    ? proven(count)
    : refuted(count, `${count} × ${request.method} ${request.url}`, "equal shares for all pods", wrong);
}

/** How requests were divided, if not equally among the pods of each version that answered. */
function unequal(stage: Stage, service: string, answers: readonly LabAnswer[]): string | undefined {
  const seen = answers.map(({ pod, status }) => pod ?? status);
  if (answers.some(({ pod }) => pod === undefined)) return tally(seen);
  const all = Map.groupBy(stage.pods(service), ({ labels }) => labels.version ?? "");
  for (const [version, own] of Map.groupBy(answers, (answer) => answer.version ?? "")) {
    const pods = all.get(version) ?? [];
    const fits = pods.every(({ name }) => {
      const count = own.filter(({ pod }) => pod === name).length;
      return fitsShare(count, own.length, 1 / pods.length, stage.deviations);
    });
    if (!fits) return tally(seen);
  }
  return undefined;
}

/** Requests with one key reach one pod from every caller; other keys reach other pods. */
async function affinity(
  stage: Stage,
  service: Service,
  hash: ConsistentHash,
  sample: SampleCall,
  others: readonly Caller[],
): Promise<Outcome> {
  const callers = [sample.caller, ...others];
  const pods = stage.pods(service.name).length;
  const count = keys * perKey * callers.length;
  if (admittedAtOnce(service) < 2 * count) return notProvable("its rate limit admits too few");
  const wanted = "one pod for each key, and several pods for all";
  const chosen = new Map<string, string>();
  for (let index = 0; index < keys; index += 1) {
    const key = `user-${index}`;
    let cookie: string | undefined;
    for (const caller of "useSourceIp" in hash ? [sample.caller] : callers) {
      for (let time = 0; time < perKey; time += 1) {
        const [answer] = (await stage.send(caller, keyed(sample, hash, key, cookie))) ?? [];
        if (answer === undefined) return notProvable("a caller has no pod");
        cookie ??= /^[^;]+/.exec(answer.headers["set-cookie"] ?? "")?.[0];
        const pod = answer.pod ?? answer.status;
        // Each version has pods of its own.
        const place = `${key} ${answer.version ?? ""}`;
        const before = chosen.get(place) ?? pod;
        chosen.set(place, before);
        if (before !== pod || answer.pod === undefined) {
          const request = `${sample.method} ${sample.url} with the key ${key}`;
          return refuted(count, request, wanted, `${before}, and then ${pod}`);
        }
      }
    }
  }
  const reached = new Set(chosen.values());
  const several = "useSourceIp" in hash || pods < 2 || reached.size > 1;
  return several
    ? proven(count)
    : refuted(count, `${keys} keys to ${sample.url}`, wanted, `only ${[...reached].join(", ")}`);
}

/** A request with the key of a session. A first request without a cookie gets one. */
function keyed({ url, method, headers }: SampleCall, hash: ConsistentHash, key: string, cookie?: string) {
  if ("httpHeaderName" in hash) return { url, method, headers: { ...headers, [hash.httpHeaderName]: key } };
  if ("httpQueryParameterName" in hash) {
    const sign = url.includes("?") ? "&" : "?";
    return { url: `${url}${sign}${hash.httpQueryParameterName}=${key}`, method, headers };
  }
  return { url, method, headers: { ...headers, ...(cookie !== undefined && { cookie }) } };
}
