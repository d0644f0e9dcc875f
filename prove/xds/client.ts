import { type ClientHttp2Stream, connect } from "node:http2";
import { field, messagesAt, struct, type StructFields } from "../laboratory/protobuf";

/** What a proxy tells of itself, such as its pod's `LABELS`. */
export type NodeMetadata = StructFields;

/** A response of istiod. */
export interface XdsResponse {
  readonly typeUrl: string;
  readonly nonce: string;
  /** Size of the whole response. */
  readonly bytes: number;
  /** Each resource as a message of Protocol Buffers. */
  readonly resources: readonly Buffer[];
}

/** As much of an Envoy as istiod needs to send configuration: it requests resources, and accepts or rejects them. */
export interface XdsClient {
  /**
   * Requests the resources of a type, all or some, or answers the last response. With a complaint, the response is
   * rejected.
   */
  readonly send: (
    typeUrl: string,
    answer?: { readonly nonce: string; readonly complaint?: string },
    names?: readonly string[],
  ) => void;
  /** What istiod has sent so far. */
  readonly received: readonly XdsResponse[];
  /** Waits for the next response of a type after those that were there. @throws Error if the connection ends. */
  readonly next: (typeUrl: string) => Promise<XdsResponse>;
  readonly close: () => void;
}

/**
 * Opens a stream to istiod's plain port: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/discovery/v3/discovery.proto
 */
export function connectXds(port: number, nodeId: string, metadata: NodeMetadata = {}): XdsClient {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":path": "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
    "content-type": "application/grpc",
    te: "trailers",
  });
  const received: XdsResponse[] = [];
  let waiting: { typeUrl: string; done: (one: XdsResponse) => void; fail: (error: Error) => void }[] = [];
  const arrived = (response: XdsResponse): void => {
    received.push(response);
    const ready = waiting.filter(({ typeUrl }) => typeUrl === response.typeUrl);
    waiting = waiting.filter((one) => !ready.includes(one));
    for (const { done } of ready) done(response);
  };
  const ended = (error: Error): void => {
    for (const { fail } of waiting) fail(error);
    waiting = [];
  };
  let parts: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    length += chunk.length;
    // Large responses come in many chunks, which are joined once.
    if (length < 5) return;
    const [first = chunk] = parts;
    if (first.length >= 5 && length < 5 + first.readUInt32BE(1)) return;
    let rest = Buffer.concat(parts);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      arrived(responseOf(rest.subarray(5, end)));
      rest = rest.subarray(end);
    }
    parts = rest.length === 0 ? [] : [rest];
    length = rest.length;
  });
  stream.on("error", ended);
  session.on("error", ended);
  stream.on("close", () => {
    ended(new Error(`istiod ended the connection of ${nodeId}`));
  });
  return {
    received,
    next: (typeUrl) =>
      new Promise((done, fail) => {
        if (stream.closed) fail(new Error(`istiod ended the connection of ${nodeId}`));
        else waiting.push({ typeUrl, done, fail });
      }),
    send: (typeUrl, answer, names = []) => {
      const message = Buffer.concat([
        field(2, Buffer.concat([field(1, nodeId), field(3, struct(metadata))])),
        ...names.map((name) => field(3, name)),
        field(4, typeUrl),
        ...(answer === undefined ? [] : [field(5, answer.nonce)]),
        ...(answer?.complaint === undefined ? [] : [field(6, field(2, answer.complaint))]),
      ]);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([head, message]));
    },
    close: () => {
      session.destroy();
    },
  };
}

/** Fields of a DiscoveryResponse. Each resource is a `google.protobuf.Any`. */
function responseOf(message: Buffer): XdsResponse {
  const text = (number: number): string => messagesAt(message, [number]).at(-1)?.toString("utf8") ?? "";
  return { typeUrl: text(4), nonce: text(5), bytes: message.length, resources: messagesAt(message, [2, 2]) };
}
