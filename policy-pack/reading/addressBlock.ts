/** The widest blocks that one network has: IPv4's private one, 10.0.0.0/8, and what providers get of IPv6. */
const WIDEST = { ipv4: 8, ipv6: 16 };

/** How wide IPv6's counterpart of 10.0.0.0/8 is: fc00::/7, the unique local addresses. */
const UNIQUE_LOCAL = 7;

/**
 * What a block of addresses stands for if it is wider than any one network: `every address`, or
 * `more addresses than a /8`. Two halves of the world are the world, too.
 *
 * @param block in CIDR notation; a single address is never too many
 */
export function excessOf(block: string): string | undefined {
  const [, address = "", length] = /^(.+)\/(\d+)$/.exec(block) ?? [];
  if (length === undefined) return undefined;
  if (Number(length) === 0) return "every address";
  const widest = address.includes(":") ? WIDEST.ipv6 : WIDEST.ipv4;
  const local = /^f[cd][0-9a-f]{2}:/i.test(address) && Number(length) >= UNIQUE_LOCAL;
  return Number(length) < widest && !local ? `more addresses than a /${widest}` : undefined;
}
