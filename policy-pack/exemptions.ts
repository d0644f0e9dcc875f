import type { Setting } from "./configuration";
import type { Cluster } from "./reading/cluster";
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
  readonly cluster: Cluster;
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

// The engine starts the pack anew for each preview and update, so these hold one run.
const granted = new Map<string, readonly Exemption[]>();
const honoured = new Map<string, HonouredExemption & { readonly tolerated: Set<string> }>();
const open = new Set<string>();

/** Takes note of the exemptions that a policy grants, the first time it is asked in this run. */
export function grant(policy: string, exemptions: () => readonly Exemption[]): void {
  if (!granted.has(policy)) granted.set(policy, exemptions());
}

/** Takes note that unknown values left a verdict of the policy open, so that its exemptions may be needed yet. */
export function leaveOpen(policy: string): void {
  open.add(policy);
}

/** The exemptions that policies have honoured on a cluster in this run. */
export function honouredExemptions({ key }: Cluster): HonouredExemption[] {
  return [...honoured.values()].filter(({ cluster }) => cluster.key === key);
}

/**
 * The exemptions for these namespaces that no policy has needed in this run. Other namespaces' are left alone: an
 * organization has one configuration for many stacks.
 */
export function unusedExemptions(
  namespaces: ReadonlySet<string | undefined>,
): (Exemption & { readonly policy: string })[] {
  const needed = new Set([...honoured.values()].map(keyOf));
  return [...granted]
    .filter(([policy]) => !open.has(policy))
    .flatMap(([policy, exemptions]) => exemptions.map((exemption) => ({ ...exemption, policy })))
    .filter((exemption) => namespaces.has(exemption.namespace) && !needed.has(keyOf(exemption)));
}

function keyOf({ policy, namespace, name, until }: Exemption & { policy: string }): string {
  return [policy, namespace, name, until].join("/");
}

/** Forgets what policies have done, as the start of a run does. */
export function forgetExemptions(): void {
  for (const memory of [granted, honoured, open]) memory.clear();
}

/**
 * Reports a policy's violations, save those that an exemption covers: these it records.
 * @param now milliseconds since 1970
 */
export function exempting(
  policy: string,
  cluster: Cluster,
  exemptions: readonly Exemption[],
  report: (message: string) => void,
  now: number = Date.now(),
): (subject: Subject, message: string) => void {
  return (subject, message) => {
    const candidates = exemptions.filter(
      ({ namespace, name }) => namespace === subject.namespace && name === subject.name,
    );
    const valid = candidates.find(({ until }) => timeLeft(until, now) > 0 && !isTooLong(until, now));
    if (valid === undefined) {
      const last = candidates.at(-1);
      report(last === undefined ? message : `${message} ${refusal(last, now)}`);
      return;
    }
    const key = `${keyOf({ ...valid, policy })}/${cluster.key}`;
    const entry = honoured.get(key) ?? { ...valid, policy, cluster, tolerated: new Set<string>() };
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
