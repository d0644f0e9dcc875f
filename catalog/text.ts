import { z } from "zod";

/**
 * The schema of a text with a form of its own.
 *
 * @param cure What to write instead of a text of another form, as an instruction with an example.
 */
export function textOf(pattern: RegExp, cure: string): z.ZodString {
  return z.string().regex(pattern, { error: cure });
}
