import { z } from "zod";

/** Forms of IP addresses and of blocks of them, as zod has them. */
type Form = z.ZodIPv4 | z.ZodIPv6 | z.ZodCIDRv4 | z.ZodCIDRv6;

/**
 * The schema of an IP address, or a block of addresses, in one of these forms.
 *
 * @param fix What to write instead of another text, as an instruction with an example.
 */
export function addressOf(forms: readonly Form[], fix: string): z.ZodCustom<string, string> {
  const union = z.union(forms);
  const anyOf = forms.map((form) => ({ pattern: z.toJSONSchema(form).pattern }));
  return z
    .custom<string>((value) => union.safeParse(value).success, { params: { fix } })
    .meta({ type: "string", anyOf });
}
