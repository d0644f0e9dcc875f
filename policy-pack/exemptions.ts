import type { Setting } from "./configuration";
import type { Cluster } from "./reading/cluster";
import type { Subject } from "./scope";

/** Exempts objects from one policy for a limited time. */
export interface Exemption {
  /** Namespace of the exempt objects. */
  readonly namespace: string;
  /** `metadata.name` of the exempt objects. */
  readonly name: string;
  /** The end: a timestamp in UTC such as `2026-12-01T18:00:00Z`. */
  readonly until: string;
  /** The reason: an incident or a ticket, and the person who decided. */
  readonly reason: string;
}

/** An exemption that a policy applied. */
export interface HonouredExemption extends Exemption {
  readonly policy: string;
  readonly cluster: Cluster;
  /** The messages of the exempt violations. */
  readonly tolerated: ReadonlySet<string>;
}

const DAY = 24 * 60 * 60 * 1000;

/** Permanent exceptions belong into `excludeFor`. */
const LONGEST_DAYS = 30;

/** The setting of every policy with its exemptions. */
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
  description: `Objects that are exempt from the policy until a timestamp, at most ${LONGEST_DAYS} days ahead, with a reason.`,
  default: [] as Exemption[],
} satisfies Setting;

// The engine starts the pack for each preview and update, so these contain the state of one run.
const granted = new Map<string, readonly Exemption[]>();
const honoured = new Map<string, HonouredExemption & { readonly tolerated: Set<string> }>();
const open = new Set<string>();

/** Records the exemptions in a policy's configuration, once per run. */
export function grant(policy: string, exemptions: () => readonly Exemption[]): void {
  if (!granted.has(policy)) granted.set(policy, exemptions());
}

/** Records that a verdict of the policy depends on unknown values, so that its exemptions may still be needed. */
export function leaveOpen(policy: string): void {
  open.add(policy);
}

/** The exemptions that policies have applied on a cluster in this run. */
export function honouredExemptions({ key }: Cluster): HonouredExemption[] {
  return [...honoured.values()].filter(({ cluster }) => cluster.key === key);
}

/**
 * The exemptions for these namespaces that no policy has needed in this run. Those of other namespaces belong to other
 * stacks with the same configuration.
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

/** Clears the recorded exemptions, as the start of a run does. */
export function forgetExemptions(): void {
  for (const memory of [granted, honoured, open]) memory.clear();
}

/**
 * Reports a policy's violations, except those with an exemption, which are recorded.
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

/** The remaining milliseconds. 0 if the end is not a valid timestamp. */
function timeLeft(until: string, now: number): number {
  const end = Date.parse(until);
  return Number.isNaN(end) ? 0 : end - now;
}

function isTooLong(until: string, now: number): boolean {
  return timeLeft(until, now) > LONGEST_DAYS * DAY;
}

function refusal({ until }: Exemption, now: number): string {
  return isTooLong(until, now)
    ? `Its exemption until ${until} is not applied, because it ends more than ${LONGEST_DAYS} days ahead.`
    : `Its exemption ended at ${until}.`;
}
