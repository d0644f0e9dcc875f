import { createSocket } from "node:dgram";

/** Returns the IPv4 addresses of a name in lower case; undefined if the name does not exist. */
export type Resolve = (name: string) => readonly string[] | undefined;

/** Serves DNS over UDP at `address`. A name that does not exist gets NXDOMAIN at once. */
export function serveDns(address: string, resolve: Resolve): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, sender) => {
    socket.send(reply(query, resolve), sender.port, sender.address);
  });
  return new Promise((done, fail) => {
    socket.once("error", fail);
    socket.bind(53, address, done);
  });
}

const typeA = 1;
const seconds = 5;

/** The response to a query with one question. https://www.rfc-editor.org/rfc/rfc1035#section-4.1 */
export function reply(query: Buffer, resolve: Resolve): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const end = at + 5;
  const addresses = resolve(labels.join(".").toLowerCase());
  const answers = query.readUInt16BE(at + 1) === typeA ? (addresses ?? []) : [];
  const head = Buffer.from(query.subarray(0, end));
  head[2] = 0x84 | ((query[2] ?? 0) & 1); // a response, authoritative; recursion as asked
  head[3] = 0x80 | (addresses === undefined ? 3 : 0);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt32BE(0, 8);
  const records = answers.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0); // the name of the question
    record.writeUInt16BE(typeA, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(seconds, 6);
    record.writeUInt16BE(4, 10);
    for (const [index, byte] of address.split(".").entries()) record[12 + index] = Number(byte);
    return record;
  });
  return Buffer.concat([head, ...records]);
}
