import { z } from "zod";
import { addressOf } from "./address";
import { compare } from "./order";

/** The clients of a route by their addresses. */
export interface ClientAddresses {
  /** Clients that are allowed. Empty: all. */
  readonly ipBlocks: readonly string[];
  /** Clients that are denied. */
  readonly notIpBlocks: readonly string[];
}

export const addressBlocksSchema = z
  .array(
    addressOf(
      [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
      'write an address or an address block, such as "203.0.113.0/24"',
    )
      .refine((text) => !text.endsWith("/0"), {
        params: { fix: "list smaller blocks: /0 contains every address" },
      })
      .meta({ not: { pattern: "/0$" } }),
  )
  .min(1);

/** Resolves the defaults. Undefined for a route without lists. */
export function normalizeClients({
  ipBlocks = [],
  notIpBlocks = [],
}: Partial<Record<keyof ClientAddresses, readonly string[] | undefined>>): ClientAddresses | undefined {
  if (ipBlocks.length === 0 && notIpBlocks.length === 0) return undefined;
  return { ipBlocks: [...ipBlocks].sort(compare), notIpBlocks: [...notIpBlocks].sort(compare) };
}
