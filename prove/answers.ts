import {
  type Decision,
  type Model,
  objectsNamed,
  perWorkload,
  servicesOf,
  tokenIssuers,
  type Workload,
} from "../effect";
import type { Answer } from "./judge";
import { labHeaders, type LabAnswer, type LabRequest } from "./laboratory";
import { tokenOf } from "./signedToken";

/** What a part of the requests gets, as the model of effects says. */
export interface Part {
  /** From 0 to 1. The parts of a request add up to 1. */
  readonly share: number;
  readonly answer: Answer;
  /** The service whose pods answer. Undefined if a proxy does. */
  readonly host?: string;
}

/** An answer of a proxy, or the end of a connection. */
export function answerOf(status: string): LabAnswer {
  return { status, milliseconds: 0, headers: {}, body: "" };
}

/** What a host outside of the mesh answers. */
export function answerFromOutside(
  pod: "outside" | "undeclared",
  encrypted: boolean,
  { scheme, path, port }: Pick<Received, "scheme" | "path"> & { readonly port: number },
): LabAnswer {
  return {
    ...answerOf(scheme === "tcp" ? "echo" : "200"),
    pod,
    version: encrypted ? "tls" : "plaintext",
    body: JSON.stringify({ path, port }),
  };
}

/** A request as it arrives at a pod. */
export interface Received {
  readonly model: Model;
  readonly scheme: string;
  readonly path: string;
  readonly request: LabRequest;

  /** Whether its connection has no mutual TLS. */
  readonly plaintext: boolean;
  /** Port of the pod. */
  readonly port?: number;
}

/** What the client gets if its request arrives at a pod. */
export function received(workload: Workload, decision: Decision, to: Received): Answer {
  return decision.answer === "allowed" ? answerFromPod(workload, to) : refusal(decision, to);
}

/** What an application of the laboratory answers. */
export function answerFromPod(
  workload: Workload,
  to: Pick<Received, "scheme" | "path" | "request"> & Partial<Pick<Received, "model" | "port">>,
): LabAnswer {
  const { version } = workload.labels;
  const asked = to.request.headers?.[labHeaders.status];
  const good = to.request.protocol === "grpc" ? "grpc 0" : "200";
  return {
    ...answerOf(to.scheme === "tcp" ? "echo" : (asked ?? good)),
    pod: `${workload.name}-0`,
    ...(version !== undefined && { version }),
    body: JSON.stringify({
      path: to.path,
      port: to.port,
      ...(to.model && to.port !== undefined && { protocol: receivedVersion(to.model, workload, to.port) }),
      ...(to.model && { headers: keepsToken(to.model, workload, to.request) ? { authorization: "" } : {} }),
    }),
  };
}

/**
 * The version of HTTP in which proxies send requests to a port of a workload: by the protocol of the Service's port.
 * Undefined if it has none, or a DestinationRule can upgrade requests.
 */
function receivedVersion(model: Model, workload: Workload, port: number): string | undefined {
  const versions = versionsReceived(model, workload);
  if (!versions.has(port)) versions.set(port, readVersion(servicePorts(model, workload), port));
  return versions.get(port);
}

/** The versions of HTTP by the ports of a workload. */
const versionsReceived = perWorkload(() => new Map<number, string | undefined>());

function readVersion(ports: readonly Port[], port: number): string | undefined {
  const protocols = ports
    .filter((one) => (one.targetPort ?? one.port) === port)
    .map(({ appProtocol }) => appProtocol);
  const [first] = protocols;
  if (first === undefined || protocols.some((one) => one !== first)) return undefined;
  return first === "grpc" || first === "http2" ? "2.0" : first === "http" ? "1.1" : undefined;
}

/** The ports of the Services that select a workload's pods. */
const servicePorts = perWorkload((model, workload): readonly Port[] =>
  servicesOf(model, workload).flatMap(({ from }) =>
    objectsNamed(model, "Service", "", from).flatMap(
      ({ spec }) => (spec as { readonly ports?: readonly Port[] }).ports ?? [],
    ),
  ),
);

interface Port {
  readonly port: number;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

/** Whether the application receives the request's token. A proxy without a rule for its issuer leaves it as it is. */
function keepsToken(model: Model, workload: Workload, request: LabRequest): boolean {
  if (request.headers?.authorization === undefined) return false;
  const { iss } = tokenOf(request)?.claims ?? {};
  const rule = tokenIssuers(model, workload).find(({ issuer }) => issuer === iss);
  return rule?.forwards !== false;
}

/** What the client gets of a decision against its request. */
export function refusal(
  { answer, reason, by, provider }: Decision,
  { scheme, request, plaintext }: Received,
): Answer {
  if (answer === "unknown") {
    return {
      ...(provider !== undefined && { provider }),
      unknown: `the model does not read ${by ? `${by.kind} ${by.namespace}/${by.name}` : reason}`,
    };
  }
  const mutual = reason === "mutual TLS required" || reason === "no mutual TLS expected";
  if (mutual && plaintext) return answerOf("ECONNRESET");
  if (scheme === "tcp") return answerOf("closed");
  if (mutual) return answerOf("503");
  const token = reason === "token refused";
  if (request.protocol === "grpc") return answerOf(token ? "grpc 16" : "grpc 7");
  return answerOf(token ? "401" : "403");
}
