import type { Setting } from "./configuration";

/** The subject of scopes and exemptions: an object, or a namespace that lacks one. */
export interface Subject {
  /** The object's name. Undefined while it is unknown. */
  readonly name: string | undefined;
  /** The object's namespace. Undefined if it has none, or while it is unknown. */
  readonly namespace: string | undefined;
  /** The object's own labels, not those of its pods. */
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Selects objects by namespace, by labels, or by both. */
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

/** The settings of every policy that select the objects it judges. */
export const scope = {
  includeFor: {
    ...selectors,
    description:
      "The policy judges only objects that match one of these selectors: by namespace, by labels, or by both. Empty: all " +
      "objects.",
    default: [] as Selector[],
  },
  excludeFor: {
    ...selectors,
    description:
      "The policy ignores objects that match one of these selectors. Takes precedence over includeFor.",
    default: [] as Selector[],
  },
} satisfies Record<string, Setting>;

/** Whether a policy with these settings judges the object. */
export function isInScope(
  subject: Subject,
  { includeFor, excludeFor }: { includeFor: readonly Selector[]; excludeFor: readonly Selector[] },
): boolean {
  const selected = (selector: Selector) => selects(selector, subject);
  return (includeFor.length === 0 || includeFor.some(selected)) && !excludeFor.some(selected);
}

function selects({ namespace, labels = {} }: Selector, subject: Subject): boolean {
  return (
    (namespace === undefined || namespace === subject.namespace) &&
    Object.entries(labels).every(([label, value]) => subject.labels[label] === value)
  );
}
