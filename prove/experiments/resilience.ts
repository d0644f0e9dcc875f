import { type Edge, type Mesh, repeatsSlowTries, type Service } from "../../catalog";
import {
  type Experiment,
  fitsShare,
  newKey,
  notProvable,
  proven,
  refuted,
  type Stage,
  tally,
} from "../experiment";
import { labHeaders } from "../laboratory";
import { type RoutedSample as Sample, samplesOfRoutes } from "../routedSample";
import { requestEdges, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/** Retries and timeouts of calls, and faults of services. */
export function resilienceExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  const routed = samplesOfRoutes(mesh, issuer);
  return mesh.services.flatMap((service) => {
    const [any] = requestEdges(service);
    return [
      ...requestEdges(service).flatMap((edge) => {
        const sample =
          edge.source.kind === "service" ? sampleOf(mesh, service, edge, issuer) : routed.get(edge.path);
        if (sample === undefined) return [];
        return [
          ...retries(service, edge, sample),
          ...(edge.timeout === undefined ? [] : [timeouts(service, edge, sample)]),
        ];
      }),
      ...(service.fault?.abort !== undefined && any ? [abort(mesh, service, any, issuer)] : []),
    ];
  });
}

/** Methods whose requests are not retried after the callee may have begun to process them. */
const unsafe = ["POST", "PATCH"];

/** Counts the attempts at the callee when each is answered with 503. */
function retries(service: Service, edge: Edge, sample: Sample): Experiment[] {
  const { attempts, retryOn } = edge.retries;
  const repeats = retryOn.some((condition) => condition === "5xx" || condition === "gateway-error");
  const safe = edge.methods.length === 0 ? "GET" : edge.methods.find((method) => !unsafe.includes(method));
  const also = repeats
    ? unsafe.filter((one) => edge.methods.length === 0 || edge.methods.some((own) => own === one))
    : [];
  const of = (method: string, times: number): Experiment => ({
    path: `${edge.path}${edge.ownRetries ? ".retries" : ""}`,
    claim:
      times === 0 && repeats
        ? `a ${method} of ${edge.source.name} to ${service.name} is not retried after a 503`
        : `a 503 of ${service.name} to ${edge.source.name} is ${times === 0 ? "not retried" : `retried ${times} times`}`,
    run: async (stage) => {
      const { caller, headers, ...request } = { ...sample, method };
      const key = newKey();
      const failing = { ...headers, [labHeaders.status]: "503" };
      const answers = await stage.send(caller, { ...request, headers: failing, key, timeout: 20_000 });
      if (answers === undefined) return notProvable("the caller has no pod");
      const seen = await attemptsSeen(stage, service, key);
      // Successes end the row of errors by which outlier detection would eject the pods.
      await stage.send(caller, { ...request, headers, count: 4 });
      return seen === 1 + times
        ? proven(1)
        : refuted(
            1,
            `${request.method} ${request.url}, answered with 503`,
            `${1 + times} attempts at ${service.name}`,
            `${seen} attempts, and ${tally(answers.map(({ status }) => status))} to the caller`,
          );
    },
  });
  return [
    ...(safe !== undefined || !repeats ? [of(safe ?? sample.method, repeats ? attempts : 0)] : []),
    ...also.slice(0, 1).map((method) => of(method, 0)),
  ];
}

/** The attempts of a request that have reached a service, without the copies for a version that gets nothing else. */
async function attemptsSeen(stage: Stage, service: Service, key: string): Promise<number> {
  const copies = service.versions.find(({ name }) => name === service.mirror?.version)?.labels.version;
  const received = await stage.seen(service.name, key);
  return received.filter(({ version }) => copies === undefined || version !== copies).length;
}

/** Lets the callee answer too late: measures when the caller's proxy answers instead, and counts its attempts. */
function timeouts(service: Service, edge: Edge, sample: Sample): Experiment {
  const { timeout = 0, retries: own } = edge;
  const { perTryTimeout, attempts } = own;
  // Slow attempts that are retried can use up less than the whole timeout.
  const tries =
    perTryTimeout !== undefined && repeatsSlowTries(own) && !unsafe.includes(sample.method)
      ? { each: perTryTimeout, count: Math.min(attempts + 1, Math.ceil(timeout / perTryTimeout)) }
      : { each: timeout, count: 1 };
  const earliest = Math.min(timeout, tries.each * tries.count);
  return {
    path: `${edge.path}${edge.ownTimeout ? ".timeout" : ""}`,
    claim: `${edge.source.name} waits for ${service.name} at most ${timeout / 1000} s`,
    waits: true,
    run: async (stage) => {
      if (timeout > stage.longestWait) return notProvable(`a proof would take ${timeout / 1000} s`);
      const { slack } = stage;
      const delay = timeout + Math.max(2 * slack, 1000);
      const { caller, headers, ...request } = sample;
      const key = newKey();
      const slow = { ...headers, [labHeaders.delay]: String(delay) };
      const [answer] =
        (await stage.send(caller, { ...request, headers: slow, key, timeout: delay + slack })) ?? [];
      if (answer === undefined) return notProvable("the caller has no pod");
      const seen = await attemptsSeen(stage, service, key);
      const inTime = answer.milliseconds >= earliest - 50 && answer.milliseconds <= timeout + slack;
      return answer.status === "504" && inTime && seen === tries.count
        ? proven(1)
        : refuted(
            1,
            `${request.method} ${request.url}, answered after ${delay / 1000} s`,
            `504 after ${earliest / 1000} to ${timeout / 1000} s and ${tries.count} attempts`,
            `${answer.status} after ${answer.milliseconds / 1000} s and ${seen} attempts`,
          );
    },
  };
}

function abort(mesh: Mesh, service: Service, edge: Edge, issuer: TokenIssuer): Experiment {
  const { percentage = 0, httpStatus = 0 } = service.fault?.abort ?? {};
  const expected = `${percentage} % of the requests with ${httpStatus}`;
  return {
    path: `${service.path}.traffic.fault.abort`,
    claim: `the callers of ${service.name} get ${expected}`,
    run: async (stage) => {
      const { caller, url, method, headers } = sampleOf(mesh, service, edge, issuer);
      const count = 300;
      const answers = await stage.send(caller, {
        url,
        method,
        headers,
        count,
        concurrency: 6,
        keepAlive: true,
      });
      if (answers === undefined) return notProvable("the caller has no pod");
      const aborted = answers.filter(({ status, pod }) => pod === undefined && status === String(httpStatus));
      return fitsShare(aborted.length, count, percentage / 100, stage.deviations)
        ? proven(count)
        : refuted(count, `${count} × ${method} ${url}`, expected, tally(answers.map(({ status }) => status)));
    },
  };
}
