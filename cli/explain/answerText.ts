import pc from "picocolors";
import {
  aspectText,
  type Decision,
  decisionText,
  type Misfit,
  type ObjectName,
  principalOf,
  titleOf,
} from "../../effect";
import { isCountedElsewhere, ratesIn } from "../../effect/rateLimit";
import { fromOf, objectNamed, type Side } from "../../program/diff/side";
import type { Answer, Arrival } from "./answer";
import type { Question } from "./question";
import { routeLines } from "./routeText";
import { unroutedReason } from "./unrouted";

/** Describes an answer for humans: the verdict first, then the route, then each destination. */
export function answerText(question: Question, answer: Answer, side: Side): string {
  const { client, server, method, path } = question;
  const { route, proxy, atGateway, destinations, assumedClient } = answer;
  const port = connectionPort(answer);
  const title = `${client ?? "outside"} → ${server} ${port === undefined ? `${method} ${path}` : `port ${port}`}`;
  // Without a server for the host, the connection ends before a policy decides.
  const isDecided = atGateway && (route.outcome !== "blocked" || atGateway.answer !== "allowed");
  return [
    `${coloured(answer.verdict)}  ${title}`,
    "",
    ...(port !== undefined && (method !== "GET" || path !== "/")
      ? [`port ${port} carries connections, so method and path decide nothing`, ""]
      : []),
    ...(assumedClient
      ? [
          `no workload has the service account of ${proxy}: a pod with a proxy and without labels is assumed`,
          "",
        ]
      : []),
    ...section(`route at ${proxy}`, [
      ...routeLines(route),
      ...unroutedReason(side.model, question, answer),
      ...origin(side, route.by),
    ]),
    ...(isDecided
      ? section(`decision at ${proxy}`, [
          ...decisionLines(side, question, atGateway),
          ...origin(side, atGateway.by),
        ])
      : []),
    ...[...Map.groupBy(destinations, placeOf)].flatMap(([place, own]) =>
      arrivalLines(side, question, place, own, destinations),
    ),
    ...(port === undefined ? worstCase(answer) : []),
  ].join("\n");
}

/** The port of the destination, if no proxy on the way sees requests, but connections. */
function connectionPort({ route, destinations }: Answer): number | undefined {
  const received = destinations.flatMap(({ at }) => at);
  const isConnection =
    route.retries === undefined &&
    received.length > 0 &&
    received.every(({ request, next }) => request.protocol === "tcp" && next === undefined);
  return isConnection ? destinations[0]?.destination.port : undefined;
}

function arrivalLines(
  side: Side,
  question: Question,
  host: string,
  arrivals: readonly Arrival[],
  all: readonly Arrival[],
): string[] {
  const [first] = arrivals;
  const total = all.reduce((sum, { destination: { weight } }) => sum + weight, 0);
  const policy = first?.destination.policy ?? {};
  return section(`to ${host}`, [
    `TLS ${first?.destination.tls ?? ""}`,
    ...limitsText(policy),
    ...arrivals.flatMap(({ destination: { subset, weight, exists }, at, network, unknownPods }) => [
      ...(subset === undefined
        ? []
        : [`subset ${subset}${weight === 1 ? "" : `, ${percent(weight, total)} of the requests`}`]),
      ...(subset === undefined && weight !== total ? [`${percent(weight, total)} of the requests`] : []),
      ...(exists ? [] : ["the proxy has no cluster for it, so it answers with 503"]),
      ...(exists && at.length === 0 ? [unknownPods ? podsText(unknownPods) : "outside of the mesh"] : []),
      ...(network ? [decisionText(network), ...origin(side, network.by)] : []),
      ...at.flatMap((one) => receiverLines(side, question, one)),
    ]),
  ]);
}

/** A decision with the rule that made it, and how to ask if it depends on an address that the question leaves out. */
function decisionLines(side: Side, { sourceIp }: Question, decision: Decision): string[] {
  const { answer, reason, by } = decision;
  const rule = by?.rule === undefined ? "" : `, rule ${by.rule}`;
  const spec = by && objectNamed(side.objects, by)?.spec;
  const comparesAddress = /"(not)?(remoteI|i)pBlocks"|"(source|remote)\.ip"/i.test(
    JSON.stringify(spec ?? {}),
  );
  return [
    decisionText({ answer, reason, ...(by && { by: { ...by, name: `${by.name}${rule}` } }) }),
    ...(reason === "condition not read" && sourceIp === undefined && comparesAddress
      ? ["the rule compares the client's address: name it with --source-ip"]
      : []),
  ];
}

function podsText(labels: Readonly<Record<string, string>>): string {
  return `no object creates pods with the labels ${labelsText(labels)}, so who decides is unknown`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

function receiverLines(
  side: Side,
  question: Question,
  { workload, assumed, request, decision, dryRuns = [], nearest, limits, next }: Arrival["at"][number],
): string[] {
  const { identity, port } = request;
  return [
    `${workload} port ${port} from ${identity === undefined ? "a client without an identity" : principalOf(identity)}`,
    ...(assumed === undefined
      ? []
      : [
          `  assumed: pods with a proxy and only the labels ${labelsText(assumed) || "of no selector"}, because no object creates them`,
        ]),
    ...decisionLines(side, question, decision).map((line) => `  ${line}`),
    ...origin(side, decision.by, identity?.serviceAccount).map((path) => `  ${path}`),
    ...dryRuns.flatMap(({ action, answer, by }) => [
      `  dry run of ${action} policies, not enforced: ${answer === "denied" ? pc.yellow("would be denied") : answer}${by ? ` (${titleOf(by)}${"rule" in by ? `, rule ${by.rule ?? 0}` : ""})` : ""}`,
      ...(answer === "allowed" ? [] : origin(side, by, identity?.serviceAccount).map((path) => `  ${path}`)),
    ]),
    ...(nearest === undefined
      ? []
      : [
          `  nearest rule: ${titleOf(nearest.by)}, rule ${nearest.by.rule}`,
          ...nearest.misfits.map((misfit) => `    ${misfitText(misfit)}`),
        ]),
    ...decision.unread.map(({ from, reason }) => `  not read: ${titleOf(from)}: ${reason}`),
    ...limits.map((from) => `  rate limited by ${titleOf(from)}${rateText(side, from)}`),
    ...(next === undefined ? [] : nextLines(side, question, next).map((line) => `  ${line}`)),
  ];
}

/** Where a gateway on the way, such as an egress gateway, sends a request. */
function nextLines(side: Side, question: Question, { proxy, route, destinations }: Answer): string[] {
  return [
    `from there: ${route.outcome}`,
    ...origin(side, route.by),
    ...destinations.flatMap(({ destination, at }) => [
      `${proxy} → ${destination.host}:${destination.port}, TLS ${destination.tls}`,
      ...at.flatMap((one) => receiverLines(side, question, one)),
    ]),
  ];
}

/** The limits of a DestinationRule's traffic policy. */
function limitsText(policy: Readonly<Record<string, unknown>>): string[] {
  const { connectionPool, outlierDetection, loadBalancer } = policy as {
    readonly connectionPool?: { readonly tcp?: object; readonly http?: object };
    readonly outlierDetection?: object;
    readonly loadBalancer?: object;
  };
  const pool = { ...connectionPool?.tcp, ...connectionPool?.http };
  return [
    ...settings("connection pool", pool),
    ...settings("outlier detection", outlierDetection ?? {}),
    ...settings("load balancer", loadBalancer ?? {}),
  ];
}

/** Settings in Istio's own words, such as `outlier detection: interval 30s, maxEjectionPercent 50`. */
function settings(title: string, values: object): string[] {
  const texts = Object.entries(values).map(
    ([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
  );
  return texts.length === 0 ? [] : [`${title}: ${texts.join(", ")}`];
}

/** The most requests that one request can become, over gateways on its way, and the longest that the client waits. */
function worstCase(answer: Answer): string[] {
  const { outcome, timeout, retries } = answer.route;
  if (outcome !== "forwarded") return [];
  const requests = attemptsOf(answer);
  const perTry = retries?.perTryTimeout;
  const wait =
    timeout !== undefined
      ? `at most ${timeout} ms`
      : retries === undefined || perTry === undefined
        ? "no time limit"
        : `at most ${(1 + retries.attempts) * perTry} ms and the pauses between attempts`;
  return [`worst case: ${requests} ${requests === 1 ? "request" : "requests"}, ${wait}`];
}

/** Retries of the client and of each gateway on the way multiply. */
function attemptsOf({ route: { retries }, destinations }: Answer): number {
  const behind = destinations.flatMap(({ at }) => at.flatMap(({ next }) => (next ? [attemptsOf(next)] : [])));
  return (1 + (retries?.attempts ?? 0)) * Math.max(1, ...behind);
}

/** The rate that an EnvoyFilter's token bucket allows, or that another service counts. */
function rateText(side: Side, from: ObjectName): string {
  const spec = objectNamed(side.objects, from)?.spec;
  const rates = ratesIn(spec);
  if (rates.length > 0) return `: ${rates.join("; ")}, at each pod`;
  return isCountedElsewhere(spec) ? ": counted by the rate limit service, for all pods together" : "";
}

function percent(weight: number, total: number): string {
  return `${Math.round((weight / total) * 1000) / 10} %`;
}

function misfitText({ dimension, wanted, found }: Misfit): string {
  return `${aspectText(dimension)} is ${found ?? "not set"}, and the rule requires ${wanted}`;
}

/** The catalog's lines that an object comes from: those of a client, if it has any. */
function origin(side: Side, by: ObjectName | undefined, client = ""): string[] {
  if (by === undefined) return [];
  const paths = fromOf(side.objects, by);
  const own = paths.filter((path) => client !== "" && path.split(/[.[]/).includes(client));
  return (own.length > 0 ? own : paths).map((path) => pc.cyan(path));
}

function placeOf({ destination: { host, port } }: Arrival): string {
  return `${host}:${port}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [pc.bold(title), ...lines.map((line) => `  ${line}`), ""];
}

function coloured(verdict: Answer["verdict"]): string {
  const text = verdict.toUpperCase();
  if (verdict === "allowed") return pc.green(text);
  return verdict === "denied" || verdict === "unrouted" ? pc.red(text) : pc.yellow(text);
}
