/** The widest blocks of one network: the private IPv4 block 10.0.0.0/8, and the largest IPv6 allocations. */
const WIDEST = { ipv4: 8, ipv6: 16 };

/** The prefix length of IPv6's unique local addresses, fc00::/7. */
const UNIQUE_LOCAL = 7;

/**
 * Describes an address block that is wider than any one network: `every address`, or `more addresses than a /8`. Two
 * halves of the address space are also too wide.
 *
 * @param block block in CIDR notation, or a single address
 * @returns undefined if the block is not too wide
 */
export function excessOf(block: string): string | undefined {
  const [, address = "", length] = /^(.+)\/(\d+)$/.exec(block) ?? [];
  if (length === undefined) return undefined;
  if (Number(length) === 0) return "every address";
  const widest = address.includes(":") ? WIDEST.ipv6 : WIDEST.ipv4;
  const local = /^f[cd][0-9a-f]{2}:/i.test(address) && Number(length) >= UNIQUE_LOCAL;
  return Number(length) < widest && !local ? `more addresses than a /${widest}` : undefined;
}
