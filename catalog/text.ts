import { z } from "zod";

/**
 * The schema of a text with a form of its own.
 *
 * @param fix What to write instead of a text of another form, as an instruction with an example.
 */
export function textOf(pattern: RegExp, fix: string): z.ZodString {
  return z.string().regex(pattern, { error: fix });
}

/**
 * The same for a text whose type says more than `string`, such as `` `/${string}` ``. In the JSON Schema it is a string
 * with this pattern.
 *
 * @param error what the message says of a text of another form. Default: that it is invalid.
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
