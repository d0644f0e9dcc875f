import type { Duration, Mesh } from "../../catalog";
import type { RecordName } from "./records";

/** https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */
export interface RecordingRule {
  readonly record: RecordName;
  readonly expr: string;
}

/** https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export interface AlertingRule {
  /** Name of the alert, and of its page in docs/runbooks. */
  readonly alert: string;
  readonly expr: string;
  /** How long the condition must hold before the alert fires. */
  readonly for: Duration;
  readonly severity: Severity;
  /** One line with the affected object. */
  readonly summary: string;
  /** The meaning, with the value and the limit. */
  readonly description: string;
}

/** `critical` pages the engineer on call. `warning` needs a look on the same day. `info` needs no action. */
export type Severity = "critical" | "warning" | "info";

export type Rule = RecordingRule | AlertingRule;

/** A rule group of one mesh. Later rules may use series that earlier rules record. */
export interface RuleGroup {
  readonly name: string;
  /** Evaluation interval. It must be below five minutes, or recorded series have gaps. Default: Prometheus' own. */
  readonly interval?: Duration;
  readonly rules: readonly Rule[];
}

export type RuleGroupOf = (mesh: Mesh) => RuleGroup;

/** Requests per second below which a ratio is not meaningful: one failure of three requests is no outage. */
export const leastTraffic = 0.1;
