import type { Mesh } from "../catalog";
import type { Route } from "../effect";
import type { LabAnswer, LabPod, LabRequest, SeenRequest } from "./laboratory";
import type { LogSink } from "./logSink";
import type { NetworkConnection } from "./networkEnds";
import type { PortRead } from "./portsRead";
import type { Caller, Proof } from "./question";
import type { Reported } from "./reported";

/** What an experiment works with. */
export interface Stage {
  readonly mesh: Mesh;
  /** Milliseconds beyond which no answer is waited for. */
  readonly longestWait: number;
  /** Milliseconds by which an answer may be late. */
  readonly slack: number;
  /** Standard deviations by which a share may differ from the expected one. */
  readonly deviations: number;
  /** Sends a request from a caller's pod, as often as it says. Undefined if there is no such pod. */
  send(caller: Caller, request: LabRequest): Promise<readonly LabAnswer[] | undefined>;
  /** Requests with a key that the pods of a service have received. */
  seen(service: string, key: string): Promise<readonly SeenRequest[]>;
  /**
   * The settings of connections and load balancing that apply to a request, one for each destination, as a DestinationRule's
   * traffic policy. Undefined if requests don't show them.
   *
   * @param hop the proxy that they apply at. Default: the last one on the way, such as that of an egress gateway.
   */
  policies(caller: Caller, request: LabRequest, hop?: "first"): readonly object[] | undefined;
  /** Whether the policies show a setting, by its path. Default: every one. */
  readonly shows?: (setting: string) => boolean;
  /** What a setting means that a policy does not have, by its path. Default: it is not set. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Waits until copies of answered requests have arrived. */
  copied(): Promise<void>;
  /** What a proxy does with a request. Undefined if only its answer shows it. */
  route(caller: Caller, request: LabRequest): Route | undefined;
  /**
   * The configurations of the HTTP filters that limit the requests at a service, one list for each workload, for proxies of
   * an Istio version. Undefined if requests don't show them.
   */
  filters(service: string, version: string): readonly (readonly object[])[] | undefined;
  /** What the proxies of a service report of requests, one for each workload. Undefined if only requests show it. */
  reported(service: string): readonly Reported[] | undefined;
  /** What the proxies of a gateway report, by the beginning of its host. Undefined if only requests show it. */
  gatewayReported(host: string): readonly Reported[] | undefined;
  /** The pods of a gateway. Empty where no pods run. */
  gatewayPods(namespace: string, selector: Readonly<Record<string, string>>): readonly LabPod[];
  /** Names of the services whose proxies have sent a span of a trace to a host. None where no proxies run. */
  spans(host: string, trace: string): Promise<readonly string[]>;
  /** The lines with a key in the access log of a pod's proxy. None where no proxies run. */
  log(pod: LabPod, key: string): Promise<readonly string[]>;
  /** Where a provider of access logs sends them. */
  sink(provider: string): LogSink;
  /** How many records of access logs with a key a collector has received from a principal. None where no proxies run. */
  collected(host: string, key: string, principal: string): Promise<number>;
  /** The ports of a host as callers' proxies read them. Undefined if requests don't show it. */
  portsRead(host: string): readonly PortRead[] | undefined;
  /** The configuration of the rate limit service, as YAML. Undefined if only requests show it, or there is none. */
  quotas(): string | undefined;
  /** What NetworkPolicies decide about a connection, as {@link networkAnswers} says. Undefined if requests don't show it. */
  connects(connection: NetworkConnection): readonly string[] | undefined;
  /** Whether requests pass through proxies, so that they can be counted, and proxies can be made to wait. */
  readonly real: boolean;
  /** The pods of a service, and the pod that sends a caller's requests. Empty and undefined where no pods run. */
  pods(service: string): readonly LabPod[];
  podOf(caller: Caller): LabPod | undefined;
  /** Replaces every pod of a service by a new one. Returns what kept it from doing so, if anything did. */
  rollOut(service: string): Promise<string | undefined>;
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
  /**
   * Whether it uses up a rate limit, which then rejects requests of other experiments. It runs after all of them.
   * Default: false.
   */
  readonly exhausts?: boolean;
  /** Whether only requests through proxies show it, so that the other tiers leave it out. Default: false. */
  readonly byRequests?: boolean;
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
export function fitsShare(count: number, total: number, share: number, deviations = 5): boolean {
  if (share === 0 || share === 1) return count === share * total;
  const tolerance = deviations === 0 ? 1 : deviations * Math.sqrt(total * share * (1 - share));
  return Math.abs(count - total * share) <= tolerance;
}
