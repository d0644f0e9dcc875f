import type { Model, Route, Workload } from "../effect";
import type { Classes, Passed } from "./alike";
import type { Stage } from "./experiment";
import type { Part } from "./answers";
import type { LabRequest } from "./laboratory";
import type { NetworkConnection } from "./networkEnds";
import type { Reported } from "./reported";

/** Foretells what clients get, without a request. */
export interface Oracle {
  /** The workloads that there are. */
  readonly model: Model;
  /** Follows a request from a pod, or at a gateway that it is sent to. */
  readonly foretell: (from: Workload, request: LabRequest) => Foretold;
  /** Follows it too, but reads no settings on its way. Default: {@link Oracle.foretell}. */
  readonly follow?: (from: Workload, request: LabRequest) => Pick<Foretold, "parts" | "passed">;
  /** Plaintext to the pods of a workload, at their own addresses. */
  readonly foretellDirect: (to: Workload, request: LabRequest) => readonly Part[];
  /** The configurations of the HTTP filters of a workload, for proxies of a version. Default: not known. */
  readonly filters?: (workload: Workload, version: string) => readonly object[];
  /** The configuration of the rate limit service. Default: none, or not known. */
  readonly quotas?: string;
  /** What the proxies of a workload report. Default: not known. */
  readonly reported?: (workload: Workload) => Reported;
  /** Where a provider of access logs sends them. Default: not known. */
  readonly sink?: Stage["sink"];
  /** The ports of a host as callers' proxies read them. Default: not known. */
  readonly portsRead?: Stage["portsRead"];
  /** What NetworkPolicies decide. Default: not known. */
  readonly connects?: (connection: NetworkConnection) => readonly string[];
  /** What distinguishes clients and hosts. Default: each of them is asked about. */
  readonly classes?: Classes;
  /** As those of {@link Stage}. */
  readonly shows?: Stage["shows"];
  readonly defaults?: Stage["defaults"];
}

/** What becomes of a request. */
export interface Foretold {
  readonly parts: readonly Part[];
  /** The proxies that have decided about it. Undefined if they are not known. */
  readonly passed?: Passed;
  readonly route: ForetoldRoute;
  /** As {@link Stage.policies} returns them. */
  readonly policies: readonly object[] | undefined;
  /** The policies at the client's proxy. Undefined if they are not known. */
  readonly firstPolicies?: readonly object[];
  /** Everything that the client's proxy, or the gateway, does. Undefined if it is not known. */
  readonly whole?: Route;
}

/** What the client's proxy, or the gateway, does besides choosing a destination. Times are milliseconds. */
export interface ForetoldRoute {
  readonly timeout?: number;
  readonly retries?: {
    readonly attempts: number;
    readonly retryOn: string;
    readonly perTryTimeout?: number;
  };
  readonly mirrors: readonly {
    readonly host: string;
    readonly port: number;
    readonly version: string;
    readonly percentage: number;
  }[];
}
