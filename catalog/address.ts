import { z } from "zod";

/** The formats of IP addresses and address blocks, as zod schemas. */
type Form = z.ZodIPv4 | z.ZodIPv6 | z.ZodCIDRv4 | z.ZodCIDRv6;

/**
 * The schema of an IP address, or a block of addresses, in one of these formats.
 *
 * @param fix an instruction with an example, for a text of another format.
 */
export function addressOf(forms: readonly Form[], fix: string): z.ZodCustom<string, string> {
  const union = z.union(forms);
  const anyOf = forms.map((form) => ({ pattern: z.toJSONSchema(form).pattern }));
  return z
    .custom<string>((value) => union.safeParse(value).success, { params: { fix } })
    .meta({ type: "string", anyOf });
}
