import { z } from "zod";
import { atLeastOne } from "./atLeastOne";

/**
 * Labels that select pods. A selector matches pods that have all of its labels.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export type Labels = Readonly<Record<string, string>>;

/** Labels of a selector. An empty selector would match every pod of the namespace. */
export const selectorSchema: z.ZodType<Labels> = atLeastOne(
  z.record(z.string(), z.string()),
  "add at least one label",
);
