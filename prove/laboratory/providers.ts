import { connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { field, framed, messageIn, messagesAt } from "./protobuf";
import type { Received } from "./serve";

/** The gRPC methods that proxies themselves call. */
export const proxyCalls = {
  /** @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/auth/v3/external_auth.proto */
  check: "/envoy.service.auth.v3.Authorization/Check",
  /** @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
  spans: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  /** @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
  records: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  /**
   * A stream of messages without responses.
   *
   * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/accesslog/v3/als.proto
   */
  accessLogs: "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs",
  /** @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/ratelimit/v3/rls.proto */
  limit: "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit",
} as const;

function keyIn(text: string): string | undefined {
  return /[?&]prove=([\w-]+)/.exec(text)?.[1];
}

/** A request that an external authorizer decides. */
export interface Check {
  readonly key: string;
  readonly denied: boolean;
}

/** The query that carries a key: proxies keep it where they drop headers. A key that ends with `-deny` is to be denied. */
export function withKey(path: string, key: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}prove=${key}`;
}

/**
 * The check of a request with a key in its query. Undefined if this is no check: the client's own request also has the key
 * in a header, which proxies send to no authorizer.
 *
 * @param header the key in a header.
 */
export function checkOf({ path, message }: Received, header: string | undefined): Check | undefined {
  const grpc = path === proxyCalls.check;
  const checked = grpc ? messagesAt(message, [1, 4, 2, 4]).join("") : path;
  const key = keyIn(checked);
  if (key === undefined || (!grpc && header !== undefined)) return undefined;
  return { key, denied: key.endsWith("-deny") };
}

/** A message `CheckResponse`: an empty one allows the request. */
export function checkResponse({ denied }: Check): Buffer {
  const code = (bytes: readonly number[]): Buffer => Buffer.from([8, ...bytes]);
  // PERMISSION_DENIED, and the status 403 for the client.
  return denied
    ? Buffer.concat([field(1, code([7])), field(2, field(1, code([0x93, 0x03])))])
    : Buffer.alloc(0);
}

/** A span: its trace in hexadecimal digits, and the service whose proxy reports it. */
export interface Span {
  readonly trace: string;
  readonly service: string;
}

/** The spans of a message `ExportTraceServiceRequest`. */
export function spansIn(message: Buffer): Span[] {
  return messagesAt(message, [1]).flatMap((resource) => {
    const names = messagesAt(resource, [1, 1]).filter((one) => textAt(one, [1]) === "service.name");
    const service = names.map((one) => textAt(one, [2, 1])).join("");
    return messagesAt(resource, [2, 2, 1]).map((trace) => ({ trace: trace.toString("hex"), service }));
  });
}

/** The identity of the client, without its scheme, as the proxy of the application tells it. Empty without one. */
export function clientOf(headers: Received["headers"]): string {
  return /(?:^|;)URI=spiffe:\/\/([^;,]+)/.exec(headers["x-forwarded-client-cert"] ?? "")?.[1] ?? "";
}

/** What an application counts records of access logs by. */
export function recordKey(key: string): string {
  return `record of ${key}`;
}

/** The keys of the requests whose records a message `ExportLogsServiceRequest` has: one for each record. */
export function keysOfRecords(message: Buffer): string[] {
  return messagesAt(message, [1, 2, 2]).flatMap((record) => {
    const texts = [textAt(record, [5, 1]), ...messagesAt(record, [6]).map((one) => textAt(one, [2, 1]))];
    return texts.map(keyIn).find((key) => key !== undefined) ?? [];
  });
}

/** The keys of the requests that a message `StreamAccessLogsMessage` has: one for each entry. */
export function keysOfEntries(message: Buffer): string[] {
  return messagesAt(message, [2, 1]).flatMap((entry) => {
    // The path before a rewrite, if there was one.
    const paths = [textAt(entry, [3, 10]), textAt(entry, [3, 5])];
    return paths.map(keyIn).find((key) => key !== undefined) ?? [];
  });
}

function textAt(message: Buffer, path: readonly number[]): string {
  return messagesAt(message, path).join("");
}

/** Lets the laboratory's rate limit service decide, which all pods share, and returns its response. */
export function rateLimit(socket: string, message: Buffer): Promise<Buffer> {
  const session = connect("http://rate-limits", { createConnection: () => connectSocket(socket) });
  return new Promise<Buffer>((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({
      ":method": "POST",
      ":path": proxyCalls.limit,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", reject);
    stream.on("end", () => {
      const body = Buffer.concat(parts);
      if (body.length < 5) reject(new Error("the rate limit service has not decided"));
      else resolve(messageIn(body));
    });
    stream.end(framed(message));
  }).finally(() => {
    session.destroy();
  });
}
