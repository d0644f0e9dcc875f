import {
  deliver,
  type Delivery,
  type GatewayServer,
  gatewayServers,
  isWithin,
  matchedPath,
  mayCall,
  type Model,
  type Route,
  type RouteDestination,
  type Workload,
} from "../effect";
import { answerFromOutside, answerOf, type Part, received, refusal } from "./answers";
import type { Answer } from "./judge";
import { type LabAnswer, type LabRequest, shownBody, undeclaredHost } from "./laboratory";
import { lacksCertificate, type Provided, readsOtherKeys } from "./provided";
import { isEncrypted, partsOf } from "./requestParts";
import { claimsOf, type Keys } from "./signedToken";

/** How the model foretells answers. */
export interface Foretelling {
  readonly model: Model;
  readonly keys: Keys;
  readonly provided: Provided;
}

/** What becomes of a request, and what the client gets. */
export interface Foretold {
  readonly delivery: Delivery;
  readonly parts: readonly Part[];
}

/** Follows a request from a pod, or at a gateway that it is sent to. */
export function foretell(how: Foretelling, from: Workload, request: LabRequest): Foretold {
  const { model } = how;
  const { host, port, scheme, path: written } = partsOf(request);
  const path = from.proxy === "none" ? written : normalized(model, written);
  const signed = claimsOf(how.keys, request);
  const claims = signed && readsOtherKeys(how.provided, model, signed.iss) ? { iss: "" } : signed;
  const delivery = deliver(model, from, {
    host,
    port,
    path,
    method: request.method ?? (request.protocol === "grpc" ? "POST" : "GET"),
    headers: request.headers ?? {},
    scheme: isEncrypted(scheme, request) ? "https" : "http",
    ...(claims && { claims }),
  });
  const refused = from.proxy === "gateway" && refuses(how, from, { host, port, scheme }, request);
  const parts = refused
    ? [{ share: 1, answer: answerOf("EPROTO") }]
    : answersTo(delivery, { model, host, scheme, path, request, from });
  return { delivery, parts };
}

/** The path that a proxy matches and sends on, with its query. */
function normalized({ settings }: Model, path: string): string {
  if (!path.includes("?")) return matchedPath(path, settings.pathNormalization);
  const [bare = "", ...query] = path.split("?");
  return [matchedPath(bare, settings.pathNormalization), ...query].join("?");
}

/** Plaintext to the pods of a workload, at their own address. */
export function foretellDirect({ model }: Foretelling, to: Workload, request: LabRequest): Part[] {
  const { port, scheme, path } = partsOf(request);
  const tcp = scheme === "tcp";
  const seen = { port, path, method: request.method ?? "GET", ...(tcp && { protocol: "tcp" as const }) };
  return [
    {
      share: 1,
      answer: received(to, mayCall(model, to, seen), { model, request, scheme, path, plaintext: true }),
    },
  ];
}

interface Sent {
  readonly model: Model;
  readonly host: string;
  readonly scheme: string;
  readonly path: string;
  readonly request: LabRequest;
  readonly from: Workload;
}

function answersTo(delivery: Delivery, sent: Sent): Part[] {
  const { route, atGateway, arrivals } = delivery;
  const plaintext = sent.from.proxy !== "sidecar";
  if (atGateway && atGateway.answer !== "allowed") {
    return [{ share: 1, answer: refusal(atGateway, { ...sent, plaintext }) }];
  }
  const own = ownAnswer(route, sent);
  if (own !== undefined) return [{ share: 1, answer: own }];
  const abort = (route.fault?.abort ?? {}) as { percentage?: { value?: number }; httpStatus?: number };
  const aborted = (abort.percentage?.value ?? 0) / 100;
  const all = arrivals.reduce((sum, { destination }) => sum + destination.weight, 0) || 1;
  const passed = arrivals.flatMap(({ destination, at }): Part[] => {
    const share = ((1 - aborted) * destination.weight) / all;
    if (!destination.exists) return [{ share, answer: answerOf(sent.scheme === "tcp" ? "closed" : "503") }];
    if (at.length === 0) return [{ share, answer: outside(sent, destination, route) }];
    return at.flatMap(({ workload, request, decision, next }): Part[] => {
      const part = share / at.length;
      if (next && decision.answer === "allowed") {
        return answersTo(next, sent).map((one) => ({ ...one, share: one.share * part }));
      }
      const path = request.path ?? sent.path;
      const answer = received(workload, decision, { ...sent, path, port: request.port, plaintext });
      return [{ share: part, answer, ...(decision.answer === "allowed" && { host: destination.host }) }];
    });
  });
  return aborted === 0
    ? passed
    : [{ share: aborted, answer: answerOf(String(abort.httpStatus ?? 0)) }, ...passed];
}

/** What the proxy answers itself. Undefined if it forwards the request. */
function ownAnswer({ outcome, redirect, directResponse, by }: Route, sent: Sent): Answer | undefined {
  const status = (http: string): Answer => answerOf(sent.scheme === "tcp" ? "closed" : http);
  switch (outcome) {
    case "unknown":
      return {
        unknown: `the model does not read ${by ? `${by.kind} ${by.namespace}/${by.name}` : "the route"}`,
      };
    case "blocked":
      // A gateway without a server for the name closes the connection.
      return sent.from.proxy === "gateway" && sent.scheme === "https"
        ? answerOf("ECONNRESET")
        : status("502");
    case "not found":
      return status("404");
    case "answered":
      return responded(directResponse ?? {}, sent);
    case "redirected": {
      const {
        scheme = sent.scheme,
        authority = sent.host,
        uri = sent.path,
        redirectCode = 301,
      } = redirect as { scheme?: string; authority?: string; uri?: string; redirectCode?: number };
      return { ...answerOf(String(redirectCode)), headers: { location: `${scheme}://${authority}${uri}` } };
    }
    default:
      return undefined;
  }
}

/** A response of the proxy itself, as VirtualServices have it. */
function responded(response: DirectResponse, { scheme }: Sent): Answer {
  if (scheme === "tcp") return answerOf("closed");
  const { status = 200, body: { string: text, bytes = "" } = {} } = response;
  return {
    ...answerOf(String(Number(status))),
    body: shownBody(text ?? Buffer.from(bytes, "base64").toString()),
  };
}

interface DirectResponse {
  readonly status?: unknown;
  readonly body?: { readonly string?: string; readonly bytes?: string };
}

function outside(
  { model, host, scheme, path }: Sent,
  { tls, host: name, port: number }: RouteDestination,
  { outcome }: Route,
): LabAnswer {
  const encrypted = scheme === "https" || tls === "SIMPLE" || tls === "MUTUAL";
  const pod = host === undeclaredHost ? "undeclared" : "outside";
  // Only a proxy translates the port.
  const entry =
    outcome === "passed through"
      ? undefined
      : model.services.find((one) => one.registry === "entry" && one.host === name);
  const port = entry?.ports.find((one) => one.number === number)?.target ?? number;
  return answerFromOutside(pod, encrypted, { scheme, path, port: Number(port) });
}

const versions = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];

/** Whether a gateway refuses a connection for its TLS: its version, its certificates, or that there are none. */
function refuses(
  { model, provided }: Foretelling,
  gateway: Workload,
  { host, port, scheme }: { readonly host: string; readonly port: number; readonly scheme: string },
  request: LabRequest,
): boolean {
  const servers = gatewayServers(model, gateway).filter(
    (server) => server.port === port && server.hosts.some((one) => isWithin(host, one.host)),
  );
  if (!isEncrypted(scheme, request)) {
    return scheme === "tcp" && servers.length > 0 && servers.every(({ tls }) => tls !== undefined);
  }
  const { tlsVersion: offered, presents } = request;
  const tooOld = (server: GatewayServer): boolean =>
    offered !== undefined &&
    versions.indexOf(server.minProtocolVersion) > versions.indexOf(offered.toUpperCase().replace(".", "_"));
  const untrusted = ({ tls }: GatewayServer): boolean =>
    (tls === "MUTUAL" && presents !== "trusted") || (tls === "OPTIONAL_MUTUAL" && presents === "foreign");
  return (
    servers.length > 0 &&
    servers.every(
      (server) =>
        tooOld(server) || untrusted(server) || lacksCertificate(provided, model, server, gateway.namespace),
    )
  );
}
