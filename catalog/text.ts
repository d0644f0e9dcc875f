import { z } from "zod";

/**
 * The schema of a string with a format.
 *
 * @param fix an instruction with an example, for a string of another format.
 */
export function textOf(pattern: RegExp, fix: string): z.ZodString {
  return z.string().regex(pattern, { error: fix });
}

/**
 * The schema of a string with a template literal type, such as `` `/${string}` ``. In the JSON Schema it is a string
 * with this pattern.
 *
 * @param error the message for a string of another format. Default: that it is invalid.
 */
export function typedTextOf<Text extends string>(
  pattern: RegExp,
  fix: string,
  error?: string,
): z.ZodCustom<Text, Text> {
  return z
    .custom<Text>((value) => typeof value === "string" && pattern.test(value), {
      ...(error !== undefined && { error }),
      params: { fix },
    })
    .meta({ type: "string", pattern: pattern.source });
}

/** A DNS label, as names and namespaces of objects are. */
export const dnsLabel: z.ZodString = textOf(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'write lower-case letters, digits and hyphens, such as "shop-cart"',
);
