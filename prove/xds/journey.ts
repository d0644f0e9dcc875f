import type { Model, Workload } from "../../effect";
import { answerOf, type Part } from "../answers";
import { isEncrypted } from "../requestParts";
import type { LabRequest } from "../laboratory";
import type { Provided } from "../provided";
import type { Connection } from "./envoy/chain";
import type { ForwardedRoute } from "./envoy/route";
import type { Json } from "./json";
import type { ProxyConfiguration } from "./proxy";
import type { World } from "./world";

/** What requests are followed in. */
export interface Mesh {
  readonly model: Model;
  readonly world: World;
  /** JSON Web Key Set of every issuer. */
  readonly jwks: string;
  readonly provided: Provided;
  readonly configurationOf: (workload: Workload) => ProxyConfiguration | undefined;
}

/** What the way of a request has shown so far. */
export interface Trace {
  route?: ForwardedRoute;
  clusters: readonly Json[];
  /** The workloads whose proxies have received it. */
  readonly receivers: Workload[];
  /** Whether it has left the client's proxy. */
  left: boolean;
}

/** A request on its way. */
export interface Sent {
  readonly host: string;
  readonly scheme: string;
  readonly path: string;
  readonly request: LabRequest;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly trace: Trace;
  /** How many proxies it has passed. */
  readonly hops: number;
  /** The service that a proxy has chosen. */
  readonly service?: string;
}

/** How a connection is made: the TLS of a proxy of the mesh, or of the application, or none. */
export interface Wire {
  readonly tls?: { readonly sni?: string; readonly alpn: readonly string[] };
  /** SPIFFE identity of the client, without its scheme. */
  readonly identity?: string;
  /** Identities that the client accepts of the other end. Empty or absent: any. */
  readonly accepts?: readonly string[];
}

export function shared(all: readonly Part[][]): Part[] {
  return all.flatMap((parts) => parts.map((part) => ({ ...part, share: part.share / all.length })));
}

/** The connection that a client without a proxy opens. */
export function byClient({ host, scheme, request }: Sent): Wire {
  return isEncrypted(scheme, request) ? { tls: { sni: host, alpn: [] } } : {};
}

export function connectionOf(
  { scheme, request }: Sent,
  address: string,
  port: number,
  { tls }: Wire,
): Connection {
  const http = request.protocol === "grpc" || request.protocol === "http2" ? "h2c" : "http/1.1";
  return { address, port, ...(tls && { tls }), ...(!tls && scheme !== "tcp" && { http }) };
}

export function one(answer: string | Part["answer"]): Part[] {
  return [{ share: 1, answer: typeof answer === "string" ? answerOf(answer) : answer }];
}

/** Whether an answer is the end of a connection. */
export function ended(answer: Part["answer"]): boolean {
  return typeof answer === "object" && "status" in answer && /^(E[A-Z]+|closed)$/.test(answer.status);
}

export function methodOf({ method, protocol }: LabRequest): string {
  return method ?? (protocol === "grpc" ? "POST" : "GET");
}

const grpcStatus: Readonly<Record<number, number>> = {
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

export function httpAnswer(status: number, { scheme, request }: Sent) {
  if (scheme === "tcp") return answerOf("closed");
  return answerOf(request.protocol === "grpc" ? `grpc ${grpcStatus[status] ?? 2}` : String(status));
}
