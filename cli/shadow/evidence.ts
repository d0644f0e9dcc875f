/** Requests to a service that are alike, as metrics or access logs show them. */
export interface Observation {
  /** Name of the called service in the catalog. */
  readonly service: string;
  /** The caller's identity without its scheme. Undefined for a client without mutual TLS. */
  readonly principal?: string;
  /** Only access logs contain it. */
  readonly method?: string;
  /** Without its query. Only access logs contain it. */
  readonly path?: string;
  readonly requests: number;
  /** Requests that a dry run would deny. Only access logs contain it by caller. */
  readonly denied: number;
}

/** The results of the dry runs of a service. */
export interface DryRunCount {
  /** Evaluated requests and connections. */
  readonly requests: number;
  readonly denied: number;
  /** Hours of the window in which results were recorded. */
  readonly hours: number;
}

/** What was observed of a mesh. */
export interface Evidence {
  readonly source: "Prometheus" | "access logs";
  readonly observations: readonly Observation[];
  /** Results by service name. A service without results has no entry. */
  readonly dryRuns: ReadonlyMap<string, DryRunCount>;
  /** Length of the window in hours, or the time between the first and the last line. */
  readonly hours: number;
  /** Lines that are not access logs of a server's proxy, or not JSON. */
  readonly unread: number;
}
