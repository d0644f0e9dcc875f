import { type Edge, type Mesh, repeatsSlowTries, type Service } from "../../catalog";
import { type Experiment, fitsShare, newKey, notProvable, proven, refuted, tally } from "../experiment";
import { labHeaders, type LabRequest } from "../laboratory";
import { gatewayQuestions } from "../questions/gateways";
import { requestEdges, type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/** Retries and timeouts of calls, faults and rate limits of services. */
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
          retries(service, edge, sample),
          ...(edge.timeout === undefined ? [] : [timeouts(service, edge, sample)]),
        ];
      }),
      ...(service.fault?.abort !== undefined && any ? [abort(mesh, service, any, issuer)] : []),
      ...(service.rateLimit !== undefined && any ? [rateLimit(mesh, service, any, issuer)] : []),
    ];
  });
}

/** A request that is answered. */
type Sample = SampleCall & Pick<LabRequest, "connectTo">;

/** For each route of a gateway, by the path of its edge, a request from outside that it leads to its service. */
function samplesOfRoutes(mesh: Mesh, issuer: TokenIssuer): Map<string, Sample> {
  const samples = new Map<string, Sample>();
  for (const question of gatewayQuestions(mesh, issuer)) {
    const { path, expect, caller, target, scheme, requestPath, request, through } = question;
    if (expect !== "answered" || target.kind !== "host" || request.protocol === "grpc" || samples.has(path))
      continue;
    samples.set(path, {
      caller,
      url: `${scheme}://${target.host}:${target.port}${requestPath}`,
      method: request.method ?? "GET",
      headers: request.headers ?? {},
      ...(through && { connectTo: through }),
    });
  }
  return samples;
}

/** Counts the attempts at the callee when each is answered with 503. */
function retries(service: Service, edge: Edge, sample: Sample): Experiment {
  const { attempts, retryOn } = edge.retries;
  const repeats = retryOn.some((condition) => condition === "5xx" || condition === "gateway-error");
  const expected = 1 + (repeats ? attempts : 0);
  return {
    path: `${edge.path}${edge.ownRetries ? ".retries" : ""}`,
    claim: `a 503 of ${service.name} to ${edge.source.name} is ${expected === 1 ? "not retried" : `retried ${attempts} times`}`,
    run: async (stage) => {
      const { caller, headers, ...request } = sample;
      const key = newKey();
      const failing = { ...headers, [labHeaders.status]: "503" };
      const answers = await stage.send(caller, { ...request, headers: failing, key, timeout: 20_000 });
      if (answers === undefined) return notProvable("the caller has no pod");
      const copies = service.versions.find(({ name }) => name === service.mirror?.version)?.labels.version;
      const received = await stage.seen(service.name, key);
      const seen = received.filter(({ version }) => copies === undefined || version !== copies).length;
      // Successes end the row of errors by which outlier detection would eject the pods.
      await stage.send(caller, { ...request, headers, count: 4 });
      return seen === expected
        ? proven(1)
        : refuted(
            1,
            `${request.method} ${request.url}, answered with 503`,
            `${expected} attempts at ${service.name}`,
            `${seen} attempts, and ${tally(answers.map(({ status }) => status))} to the caller`,
          );
    },
  };
}

/** Lets the callee answer too late, and measures when the caller's proxy answers instead. */
function timeouts(service: Service, edge: Edge, sample: Sample): Experiment {
  const { timeout = 0, retries: own } = edge;
  const { perTryTimeout, attempts } = own;
  // Slow attempts that are retried can use up less than the whole timeout.
  const tried =
    perTryTimeout !== undefined && repeatsSlowTries(own) ? perTryTimeout * (attempts + 1) : timeout;
  const earliest = Math.min(timeout, tried);
  return {
    path: `${edge.path}${edge.ownTimeout ? ".timeout" : ""}`,
    claim: `${edge.source.name} waits for ${service.name} at most ${timeout / 1000} s`,
    waits: true,
    run: async (stage) => {
      if (timeout > stage.longestWait) return notProvable(`a proof would take ${timeout / 1000} s`);
      const { slack } = stage;
      const delay = timeout + Math.max(2 * slack, 1000);
      const { caller, headers, ...request } = sample;
      const slow = { ...headers, [labHeaders.delay]: String(delay) };
      const [answer] =
        (await stage.send(caller, { ...request, headers: slow, timeout: delay + slack })) ?? [];
      if (answer === undefined) return notProvable("the caller has no pod");
      const inTime = answer.milliseconds >= earliest - 50 && answer.milliseconds <= timeout + slack;
      return answer.status === "504" && inTime
        ? proven(1)
        : refuted(
            1,
            `${request.method} ${request.url}, answered after ${delay / 1000} s`,
            `504 after ${earliest / 1000} to ${timeout / 1000} s`,
            `${answer.status} after ${answer.milliseconds / 1000} s`,
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

/** Sends more than the pods' buckets hold. */
function rateLimit(mesh: Mesh, service: Service, edge: Edge, issuer: TokenIssuer): Experiment {
  const { requests = 0, per = 1, burst = 0, quota } = service.rateLimit ?? {};
  return {
    path: `${service.path}.rateLimit`,
    claim: `each pod of ${service.name} answers ${burst} requests at once, and ${requests} in ${per / 1000} s`,
    counts: true,
    run: async (stage) => {
      if (quota !== undefined) return notProvable("its quotas divide the limit between tenants");
      const pods = stage.replicas(service.name);
      const count = pods * burst + 100;
      if (count > 3000) return notProvable(`a proof would take ${count} requests`);
      const { caller, url, method, headers } = sampleOf(mesh, service, edge, issuer);
      const begin = Date.now();
      const answers = await stage.send(caller, {
        url,
        method,
        headers,
        count,
        concurrency: 20,
        keepAlive: true,
      });
      if (answers === undefined) return notProvable("the caller has no pod");
      const elapsed = Date.now() - begin;
      const answered = answers.filter(({ pod }) => pod !== undefined).length;
      const limited = answers.filter(({ status, pod }) => status === "429" && pod === undefined).length;
      const most = pods * (burst + (requests * elapsed) / per);
      if (limited === 0 && most >= count)
        return notProvable("this machine sends too slowly to reach the limit", count);
      const fits = limited > 0 && answered + limited === count && answered <= most * 1.05 + 2;
      return fits
        ? proven(count)
        : refuted(
            count,
            `${count} × ${method} ${url} in ${elapsed / 1000} s`,
            `at most ${Math.ceil(most)} answers, and 429 for the others`,
            tally(answers.map(({ status }) => status)),
          );
    },
  };
}
