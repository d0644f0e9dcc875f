import { type ClientHttp2Stream, connect } from "node:http2";

/** What a proxy tells of itself, such as its pod's `LABELS`. */
export interface NodeMetadata {
  readonly [name: string]: string | NodeMetadata;
}

/** As much of an Envoy as istiod takes for one: it asks for configuration, and takes or refuses it. */
export interface XdsClient {
  /**
   * Asks for resources of a type, all or some, or answers what came last: with a complaint, that is refused.
   */
  readonly send: (
    typeUrl: string,
    answer?: { readonly nonce: string; readonly complaint?: string },
    names?: readonly string[],
  ) => void;
  /** What istiod sent so far. */
  readonly received: readonly { readonly typeUrl: string; readonly nonce: string; readonly bytes: number }[];
  readonly close: () => void;
}

/**
 * Opens a stream to istiod's plain port, by hand: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
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
  const received: { typeUrl: string; nonce: string; bytes: number }[] = [];
  let rest = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      const fields = decode(rest.subarray(5, end));
      received.push({ typeUrl: fields.get(4) ?? "", nonce: fields.get(5) ?? "", bytes: end - 5 });
      rest = rest.subarray(end);
    }
  });
  return {
    received,
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

/** https://protobuf.dev/reference/protobuf/google.protobuf/#struct */
function struct(fields: NodeMetadata): Buffer {
  return Buffer.concat(
    Object.entries(fields).map(([name, value]) =>
      field(
        1,
        Buffer.concat([
          field(1, name),
          field(2, typeof value === "string" ? field(3, value) : field(5, struct(value))),
        ]),
      ),
    ),
  );
}

/** A field of Protocol Buffers that has a length: text, or a message. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

/** The last field of each number that has a length, as text. */
function decode(message: Buffer): Map<number, string> {
  const fields = new Map<number, string>();
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = read();
    const value = read();
    if ((tag & 7) !== 2) continue;
    fields.set(tag >>> 3, message.toString("utf8", at, at + value));
    at += value;
  }
  return fields;
}
