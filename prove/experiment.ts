import type { Mesh } from "../catalog";
import type { LabAnswer, LabRequest, SeenRequest } from "./laboratory";
import type { Caller, Proof } from "./question";

/** What an experiment works with. */
export interface Stage {
  readonly mesh: Mesh;
  /** Milliseconds beyond which no answer is waited for. */
  readonly longestWait: number;
  /** Sends a request from a caller's pod, as often as it says. Undefined if there is no such pod. */
  send(caller: Caller, request: LabRequest): Promise<readonly LabAnswer[] | undefined>;
  /** Requests with a key that the pods of a service have received. */
  seen(service: string, key: string): Promise<readonly SeenRequest[]>;
  /** How many pods a service has. */
  replicas(service: string): number;
}

/** A claim that needs many requests, or their timing. */
export interface Experiment {
  /** Path in the catalog. */
  readonly path: string;
  readonly claim: string;
  /** Whether it mostly waits, so that it can run beside others. Default: false. */
  readonly waits?: boolean;
  /** Whether only proxies can show it, because it is about how many requests pass. Default: false. */
  readonly counts?: boolean;
  readonly run: (stage: Stage) => Promise<Outcome>;
}

export type Outcome = Pick<Proof, "verdict" | "requests" | "counterexample" | "reason">;

export function proven(requests: number): Outcome {
  return { verdict: "proven", requests };
}

export function refuted(requests: number, request: string, expected: string, seen: string): Outcome {
  return { verdict: "refuted", requests, counterexample: { request, expected, seen } };
}

export function notProvable(reason: string, requests = 0): Outcome {
  return { verdict: "not provable here", requests, reason };
}

/** A key that no other experiment has. */
export function newKey(): string {
  counter += 1;
  return `experiment-${counter}`;
}

let counter = 0;

/** How many answers have each value, as text. */
export function tally(values: readonly string[]): string {
  return [...Map.groupBy(values, (value) => value)]
    .map(([value, all]) => `${all.length} × ${value}`)
    .join(", ");
}

/**
 * Whether `count` of `total` fits a share. With five standard deviations, a right share is refuted once in a million
 * runs. A share of 0 or 1 admits no exception.
 */
export function fitsShare(count: number, total: number, share: number): boolean {
  if (share === 0 || share === 1) return count === share * total;
  return Math.abs(count - total * share) <= 5 * Math.sqrt(total * share * (1 - share));
}
