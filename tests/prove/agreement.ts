import { type Answer as Explanation, answer as explain } from "../../cli/explain/answer";
import { parseQuestion, type Question as Explained } from "../../cli/explain/question";
import type { Mesh } from "../../catalog";
import { matchedPath, type Model } from "../../effect";
import type { Bench } from "../../prove";
import { askAll } from "../../prove/ask";
import type { Part } from "../../prove/answers";
import { claimsOf } from "../../prove/signedToken";
import type { Answer } from "../../prove/judge";
import type { LabAnswer } from "../../prove/laboratory";
import { callerOf } from "../../prove/model";
import type { Oracle } from "../../prove/oracle";
import { foretoldTo } from "../../prove/proveByOracle";
import { describeQuestion, type Question } from "../../prove/question";

/** The answers of two oracles to the same questions. */
export interface Compared {
  /** How many got each status, or `unknown`. */
  readonly counts: ReadonlyMap<string, number>;
  /** One text for each question to which the answers differ. */
  readonly disagreements: readonly string[];
}

/** Compares the whole answers of the model and of istiod's configuration: shares, statuses, and what answers. */
export function compareOracles(
  model: Oracle,
  istiod: Oracle,
  mesh: Mesh,
  questions: readonly Question[],
): Compared {
  const counts = new Map<string, number>();
  const disagreements = questions.flatMap((question) => {
    const [one, other] = [partsOf(model, mesh, question), partsOf(istiod, mesh, question)];
    const unknown = one.some(({ answer }) => isUnknown(answer));
    count(counts, unknown ? "unknown" : (textOf(one).split(" ")[1] ?? "none"));
    return unknown || textOf(one) === textOf(other)
      ? []
      : [`${describeQuestion(question)}\n  static ${textOf(one)}\n  xds    ${textOf(other)}`];
  });
  return { counts, disagreements };
}

/** The answers of real requests, beside those of the model, of istiod's configuration and of `explain`. */
export interface AskedOfAll extends Compared {
  /** How many of the questions `explain` was asked. */
  readonly explained: number;
}

/**
 * Sends the request of each question, and compares its answer with those that the model, istiod's configuration and
 * `explain` give.
 */
export async function compareWithTraffic(
  { laboratory }: Bench,
  {
    model,
    istiod,
    mesh,
    jwks,
  }: {
    readonly model: Oracle;
    readonly istiod: Oracle;
    readonly mesh: Mesh;
    readonly jwks: string;
  },
  questions: readonly Question[],
): Promise<AskedOfAll> {
  const answers = await askAll(laboratory, mesh, questions, () => undefined);
  const counts = new Map<string, number>();
  let explained = 0;
  const disagreements: string[] = [];
  for (const question of questions) {
    const seen = answers.get(question) ?? "no answer";
    const foretold = { static: partsOf(model, mesh, question), xds: partsOf(istiod, mesh, question) };
    const asked = await questionFor(model.model, mesh, jwks, question);
    const explanation = asked && explain(model.model, asked);
    if (explanation !== undefined) explained += 1;
    count(counts, foretold.static.some(({ answer }) => isUnknown(answer)) ? "unknown" : statusOf(seen));
    const contrary = [
      ...Object.entries(foretold)
        .filter(([, parts]) => !isAmong(seen, parts))
        .map(([tier, parts]) => `${tier}: ${textOf(parts)}`),
      ...(explanation === undefined || fits(seen, explanation)
        ? []
        : [`explain: ${explanation.verdict}, ${explanation.route.outcome}`]),
    ];
    if (contrary.length === 0) continue;
    disagreements.push(
      [describeQuestion(question), `traffic: ${JSON.stringify(seen)}`, ...contrary].join("\n  "),
    );
  }
  return { counts, disagreements, explained };
}

/** Counts in one line. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([status, number]) => `${number} × ${status}`).join(", ");
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function partsOf(oracle: Oracle, mesh: Mesh, question: Question): readonly Part[] {
  return foretoldTo(oracle, mesh, question)?.parts ?? [{ share: 1, answer: "there is no such pod" }];
}

function isUnknown(answer: Answer): answer is Exclude<Answer, LabAnswer | string> {
  return typeof answer === "object" && "unknown" in answer;
}

function statusOf(answer: Answer): string {
  return typeof answer === "string" || isUnknown(answer) ? "none" : (lineOf(answer).split(" ")[0] ?? "");
}

/** Whether an answer is one of those that are foretold. */
function isAmong(seen: Answer, parts: readonly Part[]): boolean {
  return parts.some(({ share, answer }) => share > 0 && (isUnknown(answer) || isSame(seen, answer)));
}

function isSame(seen: Answer, foretold: LabAnswer | string): boolean {
  if (typeof seen === "string" || typeof foretold === "string") return seen === foretold;
  if (isUnknown(seen)) return false;
  const [one, other] = [seen, foretold].map(receivedIn);
  // An answer of gRPC has no body that says what was received, and istiod's configuration does not decide all of it.
  const known = (key: keyof Received): boolean =>
    one?.[key] === undefined || other?.[key] === undefined || one[key] === other[key];
  return (
    lineOf({ ...seen, body: "" }) === lineOf({ ...foretold, body: "" }) &&
    known("path") &&
    known("port") &&
    known("token") &&
    known("version")
  );
}

/** What an application says that it has received. */
interface Received {
  readonly path?: string;
  readonly port?: number;
  readonly token?: boolean;
  readonly version?: string;
}

function receivedIn({ pod, body, version }: LabAnswer): Received {
  if (pod === undefined || !body.startsWith("{")) return {};
  const { path, port, headers } = JSON.parse(body) as {
    path?: string;
    port?: number;
    headers?: Record<string, string>;
  };
  return {
    ...(path !== undefined && { path: normalized(path) }),
    ...(port !== undefined && { port }),
    ...(headers && { token: headers.authorization !== undefined }),
    ...(version !== undefined && { version }),
  };
}

/** Parts of a request in one line: shares, statuses, and what answers. */
function textOf(parts: readonly Part[]): string {
  const shares = new Map<string, number>();
  for (const { share, answer } of parts) {
    const key = typeof answer === "string" ? answer : isUnknown(answer) ? answer.unknown : lineOf(answer);
    shares.set(key, (shares.get(key) ?? 0) + share);
  }
  return [...shares]
    .map(([key, share]) => `${Math.round(share * 1000)}‰ ${key}`)
    .sort()
    .join(" | ");
}

/** The model tells a connection that a proxy closes from its own 502 only where it matters, and sends paths as they are. */
function lineOf({ status, pod, body, headers }: LabAnswer): string {
  const unreached = pod === undefined && /^(502|grpc 14|closed|E[A-Z]+)$/.test(status);
  const received = (body.startsWith("{") ? JSON.parse(body) : {}) as {
    readonly path?: string;
    readonly port?: number;
  };
  const { path = "", port = "" } = received;
  // istiod's configuration is not evaluated for the port of a pod.
  const place = /^(outside|undeclared)$/.test(pod ?? "") ? `${pod ?? ""}:${port}` : workloadOf(pod);
  return [unreached ? "unreached" : status, place, normalized(path), headers.location ?? ""].join(" ");
}

function normalized(path: string): string {
  return matchedPath(path, "DECODE_AND_MERGE_SLASHES");
}

/** The name of the workload that a pod is of. */
function workloadOf(pod = "-"): string {
  return pod.replace(/-(\d+|[a-z0-9]{6,10}-[a-z0-9]{5})$/, "");
}

const noCatalog = (): Promise<boolean> => Promise.resolve(false);

/** A request as `explain` is asked about it. Undefined of a pod's own address, or with a token that is not valid. */
export async function questionFor(
  model: Model,
  mesh: Mesh,
  jwks: string,
  { caller, target, through, scheme, requestPath, request }: Question,
): Promise<Explained | undefined> {
  if (target.kind !== "host") return undefined;
  const { method = request.protocol === "grpc" ? "POST" : "GET", headers = {} } = request;
  const claims = claimsOf({ jwks }, { ...request, url: "" });
  if (claims?.iss === "") return undefined;
  const options = {
    header: Object.entries(headers).map(([name, value]) => `${name}=${value}`),
    ...(claims && { token: JSON.stringify(claims) }),
  };
  if (through !== undefined) {
    const url = `${scheme}://${target.host}:${target.port}${requestPath}`;
    return (await parseQuestion([method, url], options, noCatalog)).question;
  }
  const client = callerOf(model, mesh, caller);
  if (client === undefined || !model.services.some(({ host }) => host === target.host)) return undefined;
  const words = [`${client.namespace}/${client.name}`, target.host, method, requestPath];
  const port = String(target.port);
  return (await parseQuestion(words, { ...options, port }, noCatalog)).question;
}

/** Whether an answer is what `explain` says. */
function fits(seen: Answer, { verdict, route, destinations }: Explanation): boolean {
  if (typeof seen === "string" || isUnknown(seen)) return false;
  const receivers = destinations.flatMap(receiversAt);
  switch (verdict) {
    case "unknown":
      return true;
    case "allowed":
    case "split":
      return seen.pod === undefined ? verdict === "split" : receivers.includes(workloadOf(seen.pod));
    case "denied":
      return seen.pod === undefined && !/^(404|3..|timeout)$/.test(seen.status);
    case "unrouted":
      return seen.pod === undefined && isOutcome(route, seen);
  }
}

function isOutcome(
  { outcome, redirect, directResponse }: Explanation["route"],
  { status }: LabAnswer,
): boolean {
  const { redirectCode = 301 } = (redirect ?? {}) as { readonly redirectCode?: number };
  if (outcome === "redirected") return status === String(redirectCode);
  if (outcome === "answered") return status === String(Number(directResponse?.status ?? 200));
  if (outcome === "not found") return /^(404|grpc 12|closed)$/.test(status);
  return /^(502|503|grpc 14|closed|E[A-Z]+)$/.test(status);
}

/** The workloads that answer. Hosts outside of the mesh are one. */
function receiversAt({ at }: Explanation["destinations"][number]): string[] {
  if (at.length === 0) return ["outside", "undeclared"];
  return at.flatMap(
    ({ workload, next }) => next?.destinations.flatMap(receiversAt) ?? [workload.split("/")[1] ?? ""],
  );
}
