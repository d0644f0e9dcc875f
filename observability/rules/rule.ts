import type { Duration, Mesh } from "../../catalog";
import type { RecordName } from "./records";

/** https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */
export interface RecordingRule {
  readonly record: RecordName;
  readonly expr: string;
}

/** https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export interface AlertingRule {
  /** Also the name of its page in docs/runbooks. */
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for: Duration;
  readonly severity: Severity;
  /** One line, with the culprit. */
  readonly summary: string;
  /** What it means, with the value and the limit. */
  readonly description: string;
}

/** `critical`: wake somebody. `warning`: look at it today. `info`: know of it. */
export type Severity = "critical" | "warning" | "info";

export type Rule = RecordingRule | AlertingRule;

/** Rules of one subject, for one mesh. Later rules may use what earlier ones record. */
export interface RuleGroup {
  readonly name: string;
  /** How often it is evaluated. Default: as Prometheus is set. Below five minutes, or its values come and go. */
  readonly interval?: Duration;
  readonly rules: readonly Rule[];
}

export type RuleGroupOf = (mesh: Mesh) => RuleGroup;

/** Requests per second below which a share of them says nothing: one of three that fails is no outage. */
export const leastTraffic = 0.1;
