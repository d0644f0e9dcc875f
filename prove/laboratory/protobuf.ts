/** A value of a message of Protocol Buffers, as `google.protobuf.Struct` has it. */
export interface StructFields {
  readonly [name: string]: string | StructFields;
}

/** A field that has a length: text, or a message. */
export function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** https://protobuf.dev/reference/protobuf/google.protobuf/#struct */
export function struct(fields: StructFields): Buffer {
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

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)]);
}

/**
 * Returns the fields of a message by their numbers: those with a length as bytes, and numbers as numbers. Others are left
 * out.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function fieldsIn(message: Buffer): Map<number, (Buffer | number)[]> {
  const fields = new Map<number, (Buffer | number)[]>();
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1; at < message.length; factor *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  const add = (number: number, value: Buffer | number): void => {
    const all = fields.get(number);
    if (all) all.push(value);
    else fields.set(number, [value]);
  };
  while (at < message.length) {
    const tag = read();
    const number = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        add(number, read());
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = read();
        add(number, message.subarray(at, at + length));
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`a message of Protocol Buffers has a field of type ${tag & 7}`);
    }
  }
  return fields;
}

/** The messages or texts below a message at a path of field numbers. */
export function messagesAt(message: Buffer, path: readonly number[]): Buffer[] {
  const [first, ...rest] = path;
  if (first === undefined) return [message];
  const inner = (fieldsIn(message).get(first) ?? []).filter((value) => typeof value !== "number");
  return inner.flatMap((one) => messagesAt(one, rest));
}

/** The message of a gRPC request or response with one message, without its five bytes before. */
export function messageIn(body: Buffer): Buffer {
  return body.subarray(5);
}

/** The messages of a gRPC stream, as they arrive. */
export async function* messagesOf(body: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const part of body) {
    rest = Buffer.concat([rest, part as Buffer]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      yield rest.subarray(5, end);
      rest = rest.subarray(end);
    }
  }
}

/** A message as gRPC sends it: not compressed, with its length before. */
export function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
