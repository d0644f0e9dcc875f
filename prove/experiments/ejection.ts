import { setTimeout as sleep } from "node:timers/promises";
import type { OutlierDetection, Service } from "../../catalog";
import { newKey, notProvable, type Outcome, proven, refuted, type Stage, tally } from "../experiment";
import { type LabAnswer, labHeaders, type LabPod } from "../laboratory";
import { isConnection, type SampleCall } from "../sample";

const sure = 30;

/** A pod that was ejected, and when. */
interface Ejected {
  readonly pod: string;
  readonly at: number;
  readonly requests: number;
}

type Attempt = Ejected | { readonly outcome: Outcome };

const attempts = new WeakMap<Stage, Map<string, Promise<Attempt>>>();

/** Lets a pod fail for a caller: less often than the limit, which ejects nothing, and then as often, which ejects it. */
export async function showEjection(stage: Stage, service: Service, sample: SampleCall): Promise<Outcome> {
  const attempt = await eject(stage, service, sample);
  return "outcome" in attempt ? attempt.outcome : proven(attempt.requests);
}

/** Waits until an ejected pod returns: not before its time, and soon after it. */
export async function showReturn(stage: Stage, service: Service, sample: SampleCall): Promise<Outcome> {
  const { interval = 0, baseEjectionTime = 0 } = service.circuitBreaker.outlierDetection ?? {};
  const latest = baseEjectionTime + interval;
  if (latest > stage.longestWait) return notProvable(`a proof would take ${latest / 1000} s`);
  const attempt = await eject(stage, service, sample);
  if ("outcome" in attempt) return notProvable("no pod was ejected");
  const { pod, at } = attempt;
  const ask = async (count: number): Promise<boolean> =>
    (await many(stage, sample, count)).some((answer) => answer.pod === pod);
  const wanted = `${pod} again after ${baseEjectionTime / 1000} to ${latest / 1000} s`;
  const request = `${sample.method} ${sample.url} after ${pod} was ejected`;
  await sleep(Math.max(0, at + baseEjectionTime - 700 - Date.now()));
  if (Date.now() < at + baseEjectionTime - 200 && (await ask(sure / 2))) {
    return refuted(sure, request, wanted, `an answer of ${pod} after ${(Date.now() - at) / 1000} s`);
  }
  const end = at + latest + 2 * stage.slack;
  while (Date.now() < end) {
    if (await ask(5)) return proven(sure);
    await sleep(300);
  }
  return refuted(sure, request, wanted, `no answer of ${pod} after ${(Date.now() - at) / 1000} s`);
}

/** Ejects a pod of a service for one caller. Both claims about ejection rest on it, so it happens once. */
function eject(stage: Stage, service: Service, sample: SampleCall): Promise<Attempt> {
  const all = attempts.get(stage) ?? new Map<string, Promise<Attempt>>();
  attempts.set(stage, all);
  const found = all.get(service.name) ?? ejectOnce(stage, service, sample);
  all.set(service.name, found);
  return found;
}

async function ejectOnce(stage: Stage, service: Service, sample: SampleCall): Promise<Attempt> {
  const not = (reason: string): Attempt => ({ outcome: notProvable(reason) });
  if (isConnection(sample)) return not("connections have no errors that are counted");
  if (isLimited(service)) return not("its rate limit admits too few requests");
  const ejection = service.circuitBreaker.outlierDetection;
  const [first] = (await stage.send(sample.caller, requestOf(sample))) ?? [];
  if (first?.pod === undefined) return not("the caller gets no answer");
  const pod = first.pod;
  const versions = stage.pods(service.name).filter(({ labels }) => labels.version === first.version);
  const hosts = service.versions.length > 0 ? versions.length : stage.pods(service.name).length;
  const { limit, status } = thresholdOf(ejection);
  const { maxEjectionPercent = 0 } = ejection ?? {};
  if (ejection && Math.floor((hosts * maxEjectionPercent) / 100) < 1) {
    return not(`the laboratory has too few of its pods for an ejection of ${maxEjectionPercent} %`);
  }
  const request = `${sample.method} ${sample.url}, answered by ${pod} with ${status}`;
  const failing = async (count: number): Promise<number> => {
    const key = newKey();
    const headers = { [labHeaders.status]: status, [labHeaders.pod]: pod };
    let seen = 0;
    for (let tries = 0; tries < 60 * count && seen < count; tries += 1) {
      await stage.send(sample.caller, { ...requestOf(sample, headers), key });
      seen = (await stage.seen(service.name, key)).filter((one) => one.pod === pod).length;
    }
    return seen;
  };
  const answers = async (): Promise<boolean> =>
    (await many(stage, sample, 2 * sure)).some((answer) => answer.pod === pod);
  const few = ejection === undefined ? 10 : limit - 1;
  const failures = await failing(few);
  if (failures !== few) return not(`${pod} got ${failures} requests instead of ${few}`);
  await sleep(300);
  if (!(await answers())) {
    const wanted = `${pod} still answers after ${few} errors`;
    return { outcome: refuted(few, request, wanted, "it answers no more") };
  }
  if (ejection === undefined) return { outcome: proven(few) };
  if ((await failing(limit)) < limit) return not(`${pod} got too few requests`);
  const at = Date.now();
  await sleep(300);
  const requests = 2 * limit + 4 * sure;
  return (await answers())
    ? {
        outcome: refuted(
          requests,
          request,
          `no answer of ${pod} after ${limit} errors`,
          "it answers further requests",
        ),
      }
    : { pod, at, requests };
}

/** Consecutive errors that eject a pod, and the status that counts as one. */
function thresholdOf(ejection: OutlierDetection | undefined): {
  readonly limit: number;
  readonly status: string;
} {
  const { consecutive5xxErrors: any = 5, consecutiveGatewayErrors: gateway = Infinity } = ejection ?? {};
  return gateway < any ? { limit: gateway, status: "503" } : { limit: any, status: "500" };
}

/**
 * Lets pods fail for a caller. First those near it fail, so that all requests reach the next locality. Then all pods
 * but the farthest fail, which are more than half, so that all requests reach that one.
 */
export async function showFailover(stage: Stage, service: Service, sample: SampleCall): Promise<Outcome> {
  if (isLimited(service)) return notProvable("its rate limit admits too few requests");
  if (isConnection(sample)) return notProvable("only requests are counted");
  const own = stage.podOf(sample.caller);
  const ranks = Map.groupBy(stage.pods(service.name), (pod) => (own ? rankOf(service, own, pod) : 0));
  const [near = [], next = []] = [...ranks].sort(([a], [b]) => a - b).map(([, pods]) => pods);
  if (own === undefined || next.length === 0) return notProvable("its pods are in one locality");
  const all = [...ranks].sort(([a], [b]) => a - b).flatMap(([, pods]) => pods);
  const last = [...Map.groupBy(all, ({ labels }) => labels.version ?? "").values()].flatMap((pods) =>
    pods.slice(-1),
  );
  const stages = [
    { failing: [], expected: near, text: "while all pods answer" },
    { failing: near, expected: next, text: "while those near the caller fail" },
    {
      failing: all.filter((pod) => !last.includes(pod)),
      expected: last,
      text: "while all but the last fail",
    },
  ];
  let requests = 0;
  for (const { failing, expected, text } of stages) {
    const headers = { [labHeaders.status]: "503", [labHeaders.pod]: namesOf(failing) || "none" };
    let answers: readonly LabAnswer[] = [];
    const fits = (): boolean => answers.every(({ pod }) => expected.some(({ name }) => name === pod));
    for (let round = 0; round < 15; round += 1) {
      answers = await many(stage, sample, sure, headers);
      requests += sure;
      if (fits() && answers.every(({ status }) => status === "200")) break;
      await sleep(200);
    }
    if (!fits() || answers.some(({ status }) => status !== "200")) {
      return refuted(
        requests,
        `${sure} × ${sample.method} ${sample.url} from ${own.region} ${text}`,
        `all answers from ${namesOf(expected)}`,
        tally(answers.map(({ status, pod = "a proxy" }) => `${status} from ${pod}`)),
      );
    }
  }
  return proven(requests);
}

/** How far a pod is from a caller by the service's own settings. 0 is near. */
export function rankOf(
  { loadBalancing: { locality } }: Pick<Service, "loadBalancing">,
  from: Pick<LabPod, "region" | "zone" | "labels">,
  to: Pick<LabPod, "region" | "zone" | "labels">,
): number {
  const { failoverPriority, failover = [] } = locality ?? {};
  if (failoverPriority === undefined) {
    if (from.region === to.region) return 0;
    return failover.some((one) => one.from === from.region && one.to === to.region) ? 1 : 2;
  }
  const value = ({ region, zone, labels }: typeof from, label: string): string | undefined =>
    ({ "topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": zone })[label] ??
    labels[label];
  const matching = failoverPriority.findIndex((text) => {
    const [label = "", wanted] = text.split("=");
    return value(to, label) !== (wanted ?? value(from, label));
  });
  return matching === -1 ? 0 : failoverPriority.length - matching;
}

function isLimited({ rateLimit, globalRateLimits }: Service): boolean {
  return rateLimit !== undefined || globalRateLimits.length > 0;
}

function namesOf(pods: readonly LabPod[]): string {
  return pods.map(({ name }) => name).join(",");
}

function requestOf({ url, method, headers }: SampleCall, more: Readonly<Record<string, string>> = {}) {
  return { url, method, headers: { ...headers, ...more } };
}

async function many(
  stage: Stage,
  sample: SampleCall,
  count: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly LabAnswer[]> {
  const request = { ...requestOf(sample, headers), count, concurrency: 2, keepAlive: true };
  return (await stage.send(sample.caller, request)) ?? [];
}
