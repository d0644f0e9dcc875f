import { type Edge, isHttp, type Service } from "../../catalog";
import { notProvable, type Outcome, proven, refuted, type Stage, tally } from "../experiment";
import { type LabAnswer, labHeaders } from "../laboratory";
import { isOverload } from "../judge";
import { isConnection, type SampleCall } from "../sample";

/** Requests at once that a laboratory's pods can take. */
const mostAtOnce = 500;
const surplus = 20;
/** How long a request is held, in milliseconds. */
const longestHold = 1200;
const shortestHold = 250;
const mostAttempts = 4;

/**
 * Sends a caller's requests all at once: as many as the limits always admit, which are all answered, and then more than
 * they admit. Those beyond the limits are answered by the caller's proxy with 503, as overload.
 *
 * On a busy machine, requests reach the proxy only when others have left it. Then the caller counts more at once than the
 * proxy had, so only more in each attempt refute the limits. Requests that fail within the limits refute them at once.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export async function showLimits(
  stage: Stage,
  service: Service,
  sample: SampleCall,
  edge: Edge,
  attempts = mostAttempts,
): Promise<Outcome> {
  const { caller, url, method, headers } = sample;
  const { timeout = Infinity, retries } = edge;
  const { perTryTimeout = timeout } = retries;
  if (service.rateLimit !== undefined || service.globalRateLimits.length > 0) {
    return notProvable("its rate limit admits fewer requests");
  }
  const connections = isConnection({ url });
  const { always, most } = boundsOf(service, connections, stage.pods(service.name).length);
  const count = most + surplus;
  if (count > mostAtOnce) return notProvable(`a proof would take ${count} requests at once`);
  // The last requests wait for the first ones; no one may time out meanwhile.
  const rounds = Math.ceil(most / service.circuitBreaker.maxConnections) + 1;
  const hold = Math.floor(Math.min(longestHold, perTryTimeout / (1.5 * rounds)));
  if (hold < shortestHold) return notProvable("requests time out before they are many at once");
  const at = async (number: number, delay: number): Promise<readonly LabAnswer[] | undefined> =>
    stage.send(caller, {
      url,
      method,
      headers: { ...headers, [labHeaders.delay]: String(delay) },
      ...(connections && { key: `limits delay=${delay}` }),
      count: number,
      concurrency: number,
    });
  const what = connections ? "connections" : "requests";
  const inside = await at(always, 100);
  const beyond = await at(count, hold);
  if (inside === undefined || beyond === undefined) return notProvable("the caller has no pod");
  const total = always + count;
  if (inside.some(({ pod }) => pod === undefined)) {
    const seen = tally(inside.map(({ status }) => status));
    return refuted(total, `${always} × ${method} ${url} at once`, `${always} answers`, seen);
  }
  const answered = beyond.filter(({ pod }) => pod !== undefined);
  const together = mostTogether(answered);
  const others = beyond.filter(({ pod }) => pod === undefined);
  if (others.some(({ status }) => status === "504" || status === "timeout")) {
    return notProvable("this machine answers too slowly to reach the limits", total);
  }
  const overloaded = others.filter((answer) => connections || isOverload(answer));
  if (together <= most && overloaded.length === 0 && mostTogether(beyond) <= most) {
    return notProvable("this machine sends too slowly to reach the limits", total);
  }
  if (together <= most && overloaded.length > 0 && overloaded.length === others.length) return proven(total);
  if (together > most && attempts > 1) return showLimits(stage, service, sample, edge, attempts - 1);
  return refuted(
    total,
    `${count} × ${method} ${url} at once, each answered after ${hold / 1000} s`,
    `at most ${most} ${what} at once, and 503 by overload for the others`,
    `${together} at once, ${tally(beyond.map(({ status, pod }) => (pod === undefined ? status : "answered")))}`,
  );
}

/** How many requests at once always pass, and how many at most. */
function boundsOf(
  { circuitBreaker, versions, ports }: Service,
  connections: boolean,
  pods: number,
): { readonly always: number; readonly most: number } {
  const { maxConnections, http1MaxPendingRequests, http2MaxRequests, h2UpgradePolicy } = circuitBreaker;
  // Each version has limits of its own. Each pod gets one connection in any case.
  const clusters = Math.max(1, versions.filter(({ weight }) => weight > 0).length);
  if (connections) return { always: Math.ceil(maxConnections / 2), most: maxConnections + pods };
  const [port] = ports.filter(({ protocol }) => isHttp(protocol));
  const multiplexed = port?.protocol !== "http" || h2UpgradePolicy === "UPGRADE";
  const active = multiplexed
    ? http2MaxRequests
    : Math.min(maxConnections + Math.ceil(pods / clusters), http2MaxRequests);
  return {
    // A proxy without open connections admits only those that may wait for one.
    always: Math.min(http1MaxPendingRequests, http2MaxRequests, maxConnections),
    most: clusters * (active + http1MaxPendingRequests),
  };
}

/** The largest number of requests that were in flight at the same time. */
export function mostTogether(answers: readonly Pick<LabAnswer, "sentAt" | "milliseconds">[]): number {
  const events = answers.flatMap(({ sentAt = 0, milliseconds }) => [
    { at: sentAt, change: 1 },
    { at: sentAt + milliseconds, change: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { change } of events.sort((one, other) => one.at - other.at || one.change - other.change)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
