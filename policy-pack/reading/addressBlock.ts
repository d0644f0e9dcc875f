import { isIP } from "node:net";

/** The widest blocks of one network: the private IPv4 block 10.0.0.0/8, and the largest IPv6 allocations. */
const WIDEST = { ipv4: 8, ipv6: 16 };

/** The prefix length of IPv6's unique local addresses, fc00::/7. */
const UNIQUE_LOCAL = 7;

/** IPv6 blocks that contain all IPv4 addresses: mapped and compatible ones, and those of NAT64 and 6to4. */
const IPV4_IN_IPV6 = [
  { block: "::ffff:0:0", length: 96 },
  { block: "::ffff:0:0:0", length: 96 },
  { block: "::", length: 96 },
  { block: "64:ff9b::", length: 96 },
  { block: "2002::", length: 16 },
].map(({ block, length }) => ({ bits: bitsOf(block), length }));

/**
 * Describes an address block that is wider than any one network: `every address`, or `more addresses than a /8`. Two
 * halves of the address space are also too wide. An IPv6 block of IPv4 addresses is judged as the IPv4 block.
 *
 * @param block block in CIDR notation, or a single address
 * @returns undefined if the block is not too wide
 */
export function excessOf(block: string): string | undefined {
  const [, address = "", length] = /^(.+)\/(\d+)$/.exec(block) ?? [];
  if (length === undefined) return undefined;
  if (Number(length) === 0) return "every address";
  if (!address.includes(":")) return wider(Number(length), WIDEST.ipv4);
  const within = isIP(address) === 6 ? inIpv4(bitsOf(address), Number(length)) : undefined;
  if (within !== undefined) return within === 0 ? "every IPv4 address" : wider(within, WIDEST.ipv4);
  const local = /^f[cd][0-9a-f]{2}:/i.test(address) && Number(length) >= UNIQUE_LOCAL;
  return local ? undefined : wider(Number(length), WIDEST.ipv6);
}

function wider(length: number, widest: number): string | undefined {
  return length < widest ? `more addresses than a /${widest}` : undefined;
}

/** The length of the IPv4 block that an IPv6 block contains. Undefined if it contains none, or other addresses as well. */
function inIpv4(bits: string, length: number): number | undefined {
  const found = IPV4_IN_IPV6.find(
    (one) => length >= one.length && bits.startsWith(one.bits.slice(0, one.length)),
  );
  return found === undefined ? undefined : length - found.length;
}

/** The 128 bits of an IPv6 address. An IPv4 address at its end counts as zeros, because no length of {@link IPV4_IN_IPV6} reads it. */
function bitsOf(address: string): string {
  const groups = address.replace(/[^:]*\.[^:]*$/, "0:0");
  const [first = [], last = []] = groups
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...zeros, ...last]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}
