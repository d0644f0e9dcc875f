import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  gatewayProxies,
  isHttp,
  type Mesh,
  otlpPort,
  type ProxyTelemetry,
  type Service,
} from "../../catalog";
import {
  type Experiment,
  fitsShare,
  newKey,
  notProvable,
  type Outcome,
  proven,
  refuted,
  type Stage,
} from "../experiment";
import { principalOf } from "../identities";
import type { LabPod } from "../laboratory";
import type { Reported } from "../reported";
import { type RoutedSample, samplesOfRoutes } from "../routedSample";
import { requestEdges, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";
import { lost, showLogs } from "./accessLogs";

const many = 100;
const patience = 15_000;

/** Spans and access logs of the proxies of each service, and of the ingress gateways. */
export function telemetryExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return [
    ...mesh.services.map((service) => sidecarsOf(mesh, service, issuer)),
    ...(mesh.telemetry?.gateways === true ? gatewaysOf(mesh, issuer) : []),
  ].flatMap(experimentsOf);
}

/** The proxies of a service or a gateway. */
interface Reporter {
  readonly name: string;
  /** The identity of the proxies. */
  readonly principal: string;
  /** Path in the catalog of what they report. */
  readonly path: string;
  readonly telemetry: ProxyTelemetry;
  /** What the objects say that they report. Undefined if only requests show it. */
  readonly reported: (stage: Stage) => readonly Reported[] | undefined;
  readonly pods: (stage: Stage) => readonly LabPod[];
  /** A request that they receive over HTTP. Undefined if nothing sends one. */
  readonly received?: Received;
}

interface Received {
  /** The identity of the proxy that sends it. Undefined if none does. */
  readonly sentBy?: string;
  readonly sample: RoutedSample;
  /** The service that answers it. */
  readonly callee: Service;
  /** The proxy that begins its trace: the name in its spans, and the percentage of requests that it traces. */
  readonly begins: { readonly name: string; readonly percentage: number };
  /** How many lines a log has: one for each attempt at the callee, or one for each request at a gateway. */
  readonly lines: "attempts" | "requests";
}

function sidecarsOf(mesh: Mesh, service: Service, issuer: TokenIssuer): Reporter {
  const edge = requestEdges(service).find(({ source }) => source.kind === "service");
  const caller = mesh.services.find(({ name }) => name === edge?.source.name);
  return {
    name: service.name,
    principal: principalOf(mesh, {
      namespace: service.namespace,
      serviceAccount: service.serviceAccount.name,
    }),
    path: service.telemetry ? `${service.path}.telemetry` : "telemetry",
    telemetry: telemetryOf(mesh, service),
    reported: (stage) => stage.reported(service.name),
    pods: (stage) => stage.pods(service.name),
    ...(edge &&
      caller && {
        received: {
          sample: sampleOf(mesh, service, edge, issuer),
          callee: service,
          ...(edge.source.principal !== undefined && { sentBy: edge.source.principal }),
          begins: { name: caller.name, percentage: percentageOf(telemetryOf(mesh, caller)) },
          lines: "attempts",
        },
      }),
  };
}

function gatewaysOf(mesh: Mesh, issuer: TokenIssuer): Reporter[] {
  const samples = [...samplesOfRoutes(mesh, issuer)];
  const telemetry: ProxyTelemetry = mesh.telemetry ?? {};
  return gatewayProxies(mesh).flatMap((proxies): Reporter[] => {
    const { name, namespace, serviceAccount, selector, service, gateways } = proxies;
    if (service === undefined || gateways.length === 0) return [];
    const prefix = `${service}.${namespace}.`;
    // A gateway sees no request in the TLS that a service terminates.
    const calleeOf = (path: string): Service | undefined =>
      mesh.services.find(({ incoming }) =>
        incoming.some((edge) => edge.path === path && isHttp(edge.port.protocol)),
      );
    const [path = "", sample] =
      samples.find(
        ([own, one]) => one.connectTo?.host.startsWith(prefix) === true && calleeOf(own) !== undefined,
      ) ?? [];
    const callee = calleeOf(path);
    return [
      {
        name: `gateway ${namespace}/${name}`,
        principal: principalOf(mesh, { namespace, serviceAccount }),
        path: "telemetry",
        telemetry,
        reported: (stage) => stage.gatewayReported(prefix),
        pods: (stage) => stage.gatewayPods(namespace, selector),
        ...(sample &&
          callee && {
            received: {
              sample,
              callee,
              // Istio names spans after the label `app`, which the chart sets to the release.
              begins: { name: selector.app ?? service, percentage: percentageOf(telemetry) },
              lines: "requests",
            },
          }),
      },
    ];
  });
}

function percentageOf({ tracing }: ProxyTelemetry): number {
  return tracing?.randomSamplingPercentage ?? 0;
}

function experimentsOf(reporter: Reporter): Experiment[] {
  const { name, path, telemetry } = reporter;
  const { tracing, accessLogging, auditLogging } = telemetry;
  const logs = [
    ...(accessLogging ? [{ disabled: false, ...accessLogging }] : []),
    ...(auditLogging ? [{ disabled: false, ...auditLogging }] : []),
  ];
  return [
    ...(tracing === undefined
      ? []
      : [
          {
            path: `${path}.tracing`,
            claim: `the proxies of ${name} send spans of ${tracing.randomSamplingPercentage} % of the requests to ${tracing.service}`,
            waits: true,
            run: (stage: Stage) =>
              compared(
                stage,
                reporter,
                { service: tracing.service, port: otlpPort, sampling: tracing.randomSamplingPercentage },
                (found) => found.tracing,
              ) ?? showSpans(stage, reporter, tracing.service),
          },
        ]),
    ...(logs.length === 0
      ? []
      : [
          {
            path: `${path}.accessLogging`,
            claim: `the proxies of ${name} log requests as it says`,
            run: (stage: Stage) =>
              lost(stage, logs) ??
              compared(stage, reporter, logs, (found) => found.logs) ??
              showLogs(stage, reporter, logs),
          },
        ]),
  ];
}

function telemetryOf(mesh: Mesh, service: Service): ProxyTelemetry {
  return { ...mesh.telemetry, ...service.telemetry };
}

/** Compares what the objects say. Undefined if requests are sent instead. */
function compared(
  stage: Stage,
  { name, reported: reportedBy }: Reporter,
  expected: object,
  part: (reported: Reported) => object | undefined,
): Promise<Outcome> | undefined {
  const reported = reportedBy(stage);
  if (reported === undefined)
    return stage.real ? undefined : Promise.resolve(notProvable("it takes requests through proxies"));
  const wrong = reported.map(part).find((found) => textOf(found) !== textOf(expected));
  return Promise.resolve(
    reported.length > 0 && reported.every((one) => textOf(part(one)) === textOf(expected))
      ? proven(reported.length)
      : refuted(reported.length, `the proxies of ${name}`, textOf(expected), textOf(wrong)),
  );
}

function textOf(value: object | undefined): string {
  const sorted = (one: object): object =>
    Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (value === undefined) return "nothing";
  return JSON.stringify(Array.isArray(value) ? (value as object[]).map(sorted) : sorted(value));
}

/** Sends a request whose trace is sampled, and others, of which the first proxy samples a share. */
async function showSpans(stage: Stage, { received }: Reporter, collector: string): Promise<Outcome> {
  if (received === undefined) return notProvable("nothing sends it requests over HTTP");
  const { sample, callee: service, begins } = received;
  const { caller: from, headers, ...request } = sample;
  const trace = randomBytes(16).toString("hex");
  const traceparent = `00-${trace}-${randomBytes(8).toString("hex")}-01`;
  const share = begins.percentage / 100;
  // The first proxy decides by the second header, whatever its percentage is.
  const traced = { ...headers, traceparent, "x-client-trace-id": trace };
  const [answer] = (await stage.send(from, { ...request, headers: traced })) ?? [];
  if (answer?.pod === undefined)
    return notProvable(`the caller has no pod, or its request got ${answer?.status ?? "no answer"}`);
  const reporters = async (): Promise<readonly string[]> => stage.spans(collector, trace);
  const end = Date.now() + patience;
  const isComplete = (names: readonly string[]): boolean =>
    [service, begins].every(({ name }) => names.some((one) => one.split(".")[0] === name));
  let names = await reporters();
  while (!isComplete(names) && Date.now() < end) {
    await sleep(300);
    names = await reporters();
  }
  if (!isComplete(names)) {
    const seen = [...new Set(names)].join(", ") || "none";
    if (names.length === 0 && share < 1) {
      return notProvable(`at ${share * 100} % the first proxy has not traced the request`, 1);
    }
    return refuted(
      1,
      `${request.method} ${request.url} with a sampled trace`,
      `spans of ${begins.name} and ${service.name} at ${collector}`,
      `spans of ${seen}`,
    );
  }
  const key = newKey();
  const count = Math.min(many, service.rateLimit?.burst ?? many);
  await stage.send(from, { ...request, headers, key, count, concurrency: 4, keepAlive: true });
  const flags = (await stage.seen(service.name, key)).map((one) => one.headers.traceparent?.slice(-2));
  const sampled = flags.filter((flag) => flag === "01").length;
  return fitsShare(sampled, flags.length, share, stage.deviations)
    ? proven(count + 1)
    : refuted(
        count,
        `${count} × ${request.method} ${request.url}`,
        `${share * 100} % of them traced`,
        `${sampled} of ${flags.length} traced`,
      );
}
