import type { Setting } from "./configuration";

/** What scopes and exemptions go by: an object, or a namespace that lacks one. */
export interface Subject {
  /** The object's name; undefined while it is unknown. */
  readonly name: string | undefined;
  /** The object's namespace; undefined if it has none, or while it is unknown. */
  readonly namespace: string | undefined;
  /** The object's own labels, not its pods'. */
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Picks objects by namespace, by labels, or by both together. */
export interface Selector {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const selectors = {
  type: "array",
  items: {
    type: "object",
    properties: {
      namespace: { type: "string" },
      labels: { type: "object", additionalProperties: { type: "string" } },
    },
    additionalProperties: false,
    minProperties: 1,
  },
} as const;

/** The settings of every policy that say which objects it judges. */
export const scope = {
  includeFor: {
    ...selectors,
    description:
      "Judges only objects that one of these selectors picks: by namespace, by labels, or by both together. Empty: all.",
    default: [] as Selector[],
  },
  excludeFor: {
    ...selectors,
    description: "Leaves out objects that one of these selectors picks; it wins over includeFor.",
    default: [] as Selector[],
  },
} satisfies Record<string, Setting>;

/** Whether a policy with these settings judges the object. */
export function isInScope(
  subject: Subject,
  { includeFor, excludeFor }: { includeFor: readonly Selector[]; excludeFor: readonly Selector[] },
): boolean {
  const picked = (selector: Selector) => picks(selector, subject);
  return (includeFor.length === 0 || includeFor.some(picked)) && !excludeFor.some(picked);
}

function picks({ namespace, labels = {} }: Selector, subject: Subject): boolean {
  return (
    (namespace === undefined || namespace === subject.namespace) &&
    Object.entries(labels).every(([label, value]) => subject.labels[label] === value)
  );
}
