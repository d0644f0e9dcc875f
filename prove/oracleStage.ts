import type { Mesh } from "../catalog";
import type { Workload } from "../effect";
import type { Stage } from "./experiment";
import type { Part } from "./answers";
import { type LabAnswer, labHeaders, type LabRequest, type SeenRequest } from "./laboratory";
import { callerOf, gatewayOf, workloadsOf } from "./model";
import type { Caller } from "./question";

import type { Foretold, ForetoldRoute, Oracle } from "./oracle";

/** A stage on which an oracle answers in place of pods. */
export function stageOf(
  {
    model,
    foretell: foretellOnce,
    filters,
    quotas,
    reported,
    sink,
    portsRead,
    connects,
    shows,
    defaults,
  }: Oracle,
  mesh: Mesh,
): Stage {
  const foretell = remembered(foretellOnce);
  const startOf = (caller: Caller, { connectTo }: LabRequest): Workload | undefined =>
    connectTo ? gatewayOf(model, mesh, connectTo.host) : callerOf(model, mesh, caller);
  const recorded = new Map<string, SeenRequest[]>();
  const record = (host: string, key: string, version: string, count: number): void => {
    const place = `${host} ${key}`;
    recorded.set(place, [
      ...(recorded.get(place) ?? []),
      ...Array.from({ length: count }, () => seenBy(version)),
    ]);
  };
  return {
    mesh,
    longestWait: Infinity,
    slack: 0,
    deviations: 0,
    ...(shows && { shows }),
    ...(defaults && { defaults }),
    real: false,
    policies: (caller, request, hop) => {
      const from = callerOf(model, mesh, caller);
      const foretold = from && foretell(from, request);
      const found = hop === "first" ? foretold?.firstPolicies : foretold?.policies;
      return found?.length === 0 ? noneIn(foretold?.parts ?? []) : found;
    },
    route: (caller, request) => {
      const from = startOf(caller, request);
      return from && foretell(from, request).whole;
    },
    filters: (service, version) =>
      filters && workloadsOf(model, mesh, service).map((workload) => filters(workload, version)),
    quotas: () => quotas,
    portsRead: (host) => portsRead?.(host),
    connects: (connection) => connects?.(connection),
    reported: (service) => reported && workloadsOf(model, mesh, service).map(reported),
    gatewayReported: (host) => {
      const gateway = gatewayOf(model, mesh, host);
      return reported && gateway && [reported(gateway)];
    },
    gatewayPods: () => [],
    spans: () => Promise.resolve([]),
    log: () => Promise.resolve([]),
    sink: (provider) => sink?.(provider) ?? { kind: "other", reason: "it takes requests through proxies" },
    collected: () => Promise.resolve(0),
    pods: () => [],
    podOf: () => undefined,
    copied: () => Promise.resolve(),
    send: (caller, request) => {
      const from = startOf(caller, request);
      if (from === undefined) return Promise.resolve(undefined);
      const { parts, route } = foretell(from, request);
      const { key, count = 1 } = request;
      const answers = divided(parts, count);
      if (key !== undefined) {
        for (const { answer, host = "" } of answers) {
          record(host, key, answer.version ?? "", attemptsOf(route, request, answer.status));
        }
        for (const { host, port, version, percentage } of route.mirrors) {
          if (!isOffered(mesh, host, port)) continue;
          record(host, key, version, Math.round((count * percentage) / 100));
        }
      }
      // The answers of one part are the same object.
      const timely = new Map<LabAnswer, LabAnswer>();
      return Promise.resolve(
        answers.map(({ answer }) => {
          const known = timely.get(answer) ?? inTime(route, request, answer);
          timely.set(answer, known);
          return known;
        }),
      );
    },
    seen: (service, key) => {
      const host = mesh.services.find(({ name }) => name === service)?.host ?? "";
      return Promise.resolve(recorded.get(`${host} ${key}`) ?? []);
    },
    rollOut: () => Promise.resolve("no pods run"),
    replicas: () => 1,
  };
}

/** No policies, as a request has no destination. @throws Error if it is not known whether it has one. */
function noneIn(parts: readonly Part[]): [] {
  for (const { answer } of parts) {
    if (typeof answer === "object" && "unknown" in answer) throw new Error(answer.unknown);
  }
  return [];
}

/** How many requests are remembered: more than the experiments about one service send. */
const remembers = 100;

/** Foretells the same request of the same client once, while others are about the same service. */
function remembered(foretell: Oracle["foretell"]): Oracle["foretell"] {
  const known = new Map<Workload, Map<string, Foretold>>();
  let count = 0;
  return (from, request) => {
    // How often a request is sent, and how it is recorded, does not decide what becomes of it.
    const once = { key: undefined, count: undefined, concurrency: undefined, keepAlive: undefined };
    const text = JSON.stringify({ ...request, ...once, timeout: undefined });
    const before = known.get(from)?.get(text);
    if (before !== undefined) return before;
    if (count === remembers) {
      known.clear();
      count = 0;
    }
    const foretold = foretell(from, request);
    const own = known.get(from) ?? new Map<string, Foretold>();
    known.set(from, own.set(text, foretold));
    count += 1;
    return foretold;
  };
}

/** Whether a service has a port; copies to another one are lost. */
function isOffered({ services }: Mesh, host: string, port: number): boolean {
  return services.some((one) => one.host === host && one.ports.some((own) => own.port === port));
}

function seenBy(version: string): SeenRequest {
  return { pod: "", version, method: "", path: "", host: "", headers: {}, at: 0 };
}

/**
 * Divides a number of requests as their shares say: the largest remainders are rounded up.
 *
 * @throws Error if the model does not know a part's answer.
 */
function divided(
  parts: readonly Part[],
  count: number,
): { readonly answer: LabAnswer; readonly host?: string }[] {
  const exact = parts.map((part) => ({ part, whole: Math.floor(part.share * count + 1e-9) }));
  const missing = count - exact.reduce((sum, { whole }) => sum + whole, 0);
  const byRemainder = exact.toSorted(
    (one, other) => other.part.share * count - other.whole - (one.part.share * count - one.whole),
  );
  return byRemainder.flatMap(({ part: { answer, host }, whole }, index) => {
    if (typeof answer === "string") throw new Error(answer);
    if ("unknown" in answer) throw new Error(answer.unknown);
    const one = { answer, ...(host !== undefined && { host }) };
    return Array.from({ length: whole + (index < missing ? 1 : 0) }, () => one);
  });
}

/** Conditions under which a proxy repeats an answer of 503. */
const repeated = /^(5xx|gateway-error|503)$/;
/** Conditions under which a proxy repeats an attempt that took too long. */
const slow = /^(5xx|gateway-error|504)$/;

function repeats({ retries }: ForetoldRoute, conditions: RegExp): number {
  const matches = retries?.retryOn.split(",").some((one) => conditions.test(one.trim())) ?? false;
  return matches ? (retries?.attempts ?? 0) : 0;
}

function attemptsOf(route: ForetoldRoute, request: LabRequest, status: string): number {
  const { attempt, whole } = patienceOf(route);
  if (delayOf(request) <= attempt) return 1 + (status === "503" ? repeats(route, repeated) : 0);
  return Math.min(1 + repeats(route, slow), Math.ceil(whole / attempt) || 1);
}

/** How long a proxy waits for one attempt, and for all of them. */
function patienceOf({ retries, timeout = Infinity }: ForetoldRoute): {
  readonly attempt: number;
  readonly whole: number;
} {
  return { attempt: Math.min(retries?.perTryTimeout ?? Infinity, timeout), whole: timeout };
}

function delayOf({ headers = {} }: LabRequest): number {
  return Number(headers[labHeaders.delay] ?? 0);
}

/** The answer that a client gets when the application answers as late as the request asks for. */
function inTime(route: ForetoldRoute, request: LabRequest, answer: LabAnswer): LabAnswer {
  const { attempt, whole } = patienceOf(route);
  const delay = delayOf(request);
  if (delay <= attempt) return { ...answer, milliseconds: delay };
  const waits = Math.min(whole, attempt * (1 + repeats(route, slow)));
  return { status: "504", milliseconds: waits, headers: {}, body: "" };
}
