import type { Setting } from "./configuration";
import type { Subject } from "./scope";

/** Breaks the glass: for a limited time, one policy tolerates what it finds in one place. */
export interface Exemption {
  /** Namespace of the exempt objects. */
  readonly namespace: string;
  /** `metadata.name` of the exempt objects, usually that of the workload they are for. */
  readonly name: string;
  /** When it ends: a timestamp in UTC such as `2026-12-01T18:00:00Z`. */
  readonly until: string;
  /** Why: an incident or a ticket, and who decided. */
  readonly reason: string;
}

/** An exemption that a policy made use of. */
export interface HonouredExemption extends Exemption {
  readonly policy: string;
  /** What is tolerated: the messages that would have been violations. */
  readonly tolerated: ReadonlySet<string>;
}

const DAY = 24 * 60 * 60 * 1000;

/** What lasts longer is no emergency, but a rule: `excludeFor` states it openly. */
const LONGEST_DAYS = 30;

/** The setting of every policy that holds its exemptions. */
export const exemptions = {
  type: "array",
  items: {
    type: "object",
    properties: {
      namespace: { type: "string", minLength: 1 },
      name: { type: "string", minLength: 1 },
      until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?Z$" },
      reason: { type: "string", minLength: 10 },
    },
    required: ["namespace", "name", "until", "reason"],
    additionalProperties: false,
  },
  description: `Objects that the policy tolerates until a timestamp, at most ${LONGEST_DAYS} days ahead, for a reason.`,
  default: [] as Exemption[],
} satisfies Setting;

// The engine starts the pack anew for each preview and update, so this holds one run.
const honoured = new Map<string, HonouredExemption & { readonly tolerated: Set<string> }>();

/** The exemptions that policies have honoured in this run. */
export function honouredExemptions(): HonouredExemption[] {
  return [...honoured.values()];
}

/** Forgets the honoured exemptions, as the start of a run does. */
export function forgetExemptions(): void {
  honoured.clear();
}

/**
 * Reports a policy's violations, save those that an exemption covers: these it records.
 * @param now milliseconds since 1970
 */
export function exempting(
  policy: string,
  granted: readonly Exemption[],
  report: (message: string) => void,
  now: number = Date.now(),
): (subject: Subject, message: string) => void {
  return (subject, message) => {
    const candidates = granted.filter(
      ({ namespace, name }) => namespace === subject.namespace && name === subject.name,
    );
    const valid = candidates.find(({ until }) => timeLeft(until, now) > 0 && !isTooLong(until, now));
    if (valid === undefined) {
      const last = candidates.at(-1);
      report(last === undefined ? message : `${message} ${refusal(last, now)}`);
      return;
    }
    const key = [policy, valid.namespace, valid.name].join("/");
    const entry = honoured.get(key) ?? { ...valid, policy, tolerated: new Set<string>() };
    entry.tolerated.add(message);
    honoured.set(key, entry);
  };
}

/** Milliseconds; none is left until a time that cannot be read. */
function timeLeft(until: string, now: number): number {
  const end = Date.parse(until);
  return Number.isNaN(end) ? 0 : end - now;
}

function isTooLong(until: string, now: number): boolean {
  return timeLeft(until, now) > LONGEST_DAYS * DAY;
}

function refusal({ until }: Exemption, now: number): string {
  return isTooLong(until, now)
    ? `Its exemption until ${until} is refused, since it ends more than ${LONGEST_DAYS} days ahead.`
    : `Its exemption ended at ${until}.`;
}
