import { setTimeout as sleep } from "node:timers/promises";
import { Environment } from "@marcbachmann/cel-js";
import type { Service } from "../../catalog";
import { newKey, notProvable, type Outcome, proven, refuted, type Stage } from "../experiment";
import { labHeaders, type LabPod } from "../laboratory";
import { withKey } from "../laboratory/providers";
import type { Reported } from "../reported";
import type { RoutedSample } from "../routedSample";

const patience = 15_000;

type Log = Reported["logs"][number];

/** Refutes logs that are sent nowhere. Undefined if there are none. */
export function lost(stage: Stage, logs: readonly Log[]): Promise<Outcome> | undefined {
  for (const { provider, disabled } of logs) {
    const sink = stage.sink(provider);
    if (disabled || sink.kind !== "nowhere") continue;
    return Promise.resolve(refuted(1, `access logs for ${provider}`, "a provider", sink.reason));
  }
  return undefined;
}

/** What logs requests. */
interface Logging {
  readonly name: string;
  /** The identity of its proxies. */
  readonly principal: string;
  readonly pods: (stage: Stage) => readonly LabPod[];
  /** A request that it receives over HTTP. Undefined if nothing sends one. */
  readonly received?: {
    readonly sample: RoutedSample;
    readonly callee: Service;
    /** The identity of the proxy that sends it, which logs it, too. */
    readonly sentBy?: string;
    readonly lines: "attempts" | "requests";
  };
}

/** Sends requests with different answers, and looks for them in the logs of the proxies. */
export async function showLogs(
  stage: Stage,
  { name, principal, pods: podsOf, received }: Logging,
  logs: readonly Log[],
): Promise<Outcome> {
  for (const { provider, disabled } of logs) {
    const sink = stage.sink(provider);
    if (!disabled && sink.kind === "other") return notProvable(sink.reason);
  }
  if (received === undefined) return notProvable("nothing sends it requests over HTTP");
  const places = placesOf(stage, logs);
  if (received.sentBy === principal && places.some(({ place }) => place !== undefined)) {
    return notProvable(
      "the collector can't tell its records from those of its caller, which has the same identity",
    );
  }
  const { sample, callee, lines } = received;
  const { caller, headers, ...request } = sample;
  for (const status of ["200", "503"]) {
    const key = newKey();
    // Retried requests have a line for each attempt.
    const url = withKey(request.url, key);
    const [answer] =
      (await stage.send(caller, {
        ...request,
        url,
        key,
        headers: { ...headers, [labHeaders.status]: status },
      })) ?? [];
    if (answer === undefined) return notProvable("the caller has no pod");
    const pods = podsOf(stage);
    const attempts = lines === "requests" ? 1 : (await stage.seen(callee.name, key)).length;
    // Without a request at the callee, no line would be right whatever is logged.
    if (attempts === 0) return notProvable(`no request with the answer ${status} reaches ${callee.name}`);
    for (const { place, own } of places) {
      const expected = attempts * own.filter((log) => isLogged(log, Number(status))).length;
      const count = async (): Promise<number> =>
        place === undefined
          ? (await Promise.all(pods.map((pod) => stage.log(pod, key)))).flat().length
          : stage.collected(place, key, principal);
      const found = await counted(count, expected);
      if (found !== expected) {
        return refuted(
          1,
          `${request.method} ${url}, answered with ${status}`,
          `${expected} lines ${place === undefined ? "in the logs" : `at ${place}`} of the proxies of ${name}`,
          `${found} lines`,
        );
      }
    }
  }
  // Successes end the row of errors by which outlier detection would eject the pods.
  await stage.send(caller, { ...request, headers, count: 4 });
  return proven(2);
}

/** The collectors that logs are sent to, each with its logs. Undefined stands for the output of the proxies. */
function placesOf(stage: Stage, logs: readonly Log[]) {
  const all = Map.groupBy(logs, ({ provider }) => {
    const sink = stage.sink(provider);
    return sink.kind === "collector" ? sink.host : undefined;
  });
  return [...all].map(([place, own]) => ({ place, own }));
}

/** Proxies write and send their logs once a second. */
async function counted(count: () => Promise<number>, expected: number): Promise<number> {
  const end = Date.now() + patience;
  let found = await count();
  while (found < expected && Date.now() < end) {
    await sleep(300);
    found = await count();
  }
  if (found === 0 && expected === 0) {
    await sleep(1500);
    found = await count();
  }
  return found;
}

const environment = new Environment();
for (const name of ["request", "response", "connection"]) environment.registerVariable(name, "map");

/** Whether an answer is logged. @throws Error if the filter depends on more than the status. */
function isLogged({ filter, disabled }: Log, code: number): boolean {
  if (disabled) return false;
  if (filter === undefined) return true;
  const response = { code: BigInt(code) };
  return environment.evaluate(filter, { response, request: {}, connection: {} }) === true;
}
