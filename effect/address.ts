/** A range of IP addresses, as numbers of 32 or 128 bits. */
export interface Block {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Returns the block of a CIDR such as `10.0.0.0/8`, or of a single address. Undefined if it is neither. */
export function parseBlock(text: string): Block | undefined {
  const [address = "", length, more] = text.split("/");
  const parsed = parseAddress(address);
  if (!parsed || more !== undefined) return undefined;
  const bits = parsed.version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d+$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (parsed.value / size) * size;
  return { version: parsed.version, first, last: first + size - 1n };
}

/** Whether an address is in a block. */
export function contains({ version, first, last }: Block, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed?.version === version && parsed.value >= first && parsed.value <= last;
}

function parseAddress(text: string): { version: 4 | 6; value: bigint } | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split(".").map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return { version: 4, value: parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n) };
  }
  if (!text.includes(":") || !/^[0-9a-f:]+$/i.test(text)) return undefined;
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return undefined;
  const groups = (side: string): string[] => (side === "" ? [] : side.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array<string>(missing).fill("0"), ...after];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { version: 6, value: all.reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n) };
}

/** Writes an address of a block's version. */
export function formatAddress(version: 4 | 6, value: bigint): string {
  const width = version === 4 ? 8n : 16n;
  const count = version === 4 ? 4 : 8;
  const parts = Array.from(
    { length: count },
    (_, i) => (value >> (width * BigInt(count - 1 - i))) & ((1n << width) - 1n),
  );
  return version === 4 ? parts.join(".") : parts.map((part) => part.toString(16)).join(":");
}
