/** A dashboard, independent of Grafana's form: its title, its variables and its panels. */
export interface DashboardDefinition {
  /** Last part of its UID, and of its ConfigMap's name. */
  readonly key: DashboardKey;
  readonly title: string;
  /** What the dashboard shows, in a sentence or two. */
  readonly description: string;
  readonly variables: readonly Variable[];
  /** Hidden variables that depend on the selection. Default: none. */
  readonly derived?: readonly DerivedVariable[];
  readonly rows: readonly Row[];
}

export type DashboardKey = "overview" | "services" | "security" | "resilience" | "canary" | "certificates";

/** A selection at the top of a dashboard. Queries refer to it as `$name`. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** The values to select from; never empty. */
  readonly values: readonly string[];
  /** Whether several values can be selected; initially all of them. Otherwise one, initially the first. */
  readonly multi: boolean;
  /** Initial value if `multi` is false. Default: the first. */
  readonly chosen?: string;
}

/** A variable that Grafana computes whenever the selection changes. Queries refer to it as `$name`. */
export interface DerivedVariable {
  readonly name: string;
  /** PromQL that returns one series. */
  readonly expr: string;
  /** The label of that series whose value is the variable's. */
  readonly label: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Panel = SeriesPanel | StatPanel | TablePanel;

interface PanelBase {
  readonly title: string;
  /** The meaning of the values, and the fix for bad values. */
  readonly description: string;
  /** Width in the 24 columns of Grafana's grid. The panels of a row fill whole lines. */
  readonly width: number;
  /**
   * Text of a panel without data. Default: `no traffic`; Grafana's own text for a table. A table with several columns
   * has none, because Grafana would show it in each empty cell.
   */
  readonly empty?: string;
}

/** Lines over time. */
export interface SeriesPanel extends PanelBase {
  readonly kind: "timeseries";
  readonly unit: Unit;
  /** The height of a number. Default: twice as high. */
  readonly height?: "low";
  readonly queries: readonly Query[];
  readonly threshold?: Threshold;
}

/** One number, the last value. */
export interface StatPanel extends PanelBase {
  readonly kind: "stat";
  readonly unit: Unit;
  /** Number of decimals. Default: Grafana's. */
  readonly decimals?: number;
  readonly queries: readonly [Query];
  readonly threshold?: Threshold;
}

/** One row for each combination of label values, one column for each query. */
export interface TablePanel extends PanelBase {
  readonly kind: "table";
  /** The labels that the queries keep, in the order of their columns, with their titles. */
  readonly labels: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Links of a label's values. */
  readonly links?: Readonly<Record<string, readonly Link[]>>;
}

export interface Column {
  readonly title: string;
  readonly unit: Unit;
  /** Number of decimals. Default: Grafana's. */
  readonly decimals?: number;
  readonly expr: string;
  readonly threshold?: Threshold;
}

export interface Query {
  readonly expr: string;
  /** Name of the line: text, and labels as `{{label}}`. */
  readonly legend: string;
}

/** The value from which the panel is red, and on which side of it. */
export interface Threshold {
  readonly bad: "above" | "below";
  readonly value: number;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/**
 * Grafana's unit ids in use. The rates are requests, packets (here messages or events) and bytes (`Bps`) per second.
 * The others are a ratio from 0 to 1, percent, milliseconds, seconds, bytes, and a plain number.
 *
 * @see https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts
 */
export type Unit = "reqps" | "ops" | "percentunit" | "percent" | "ms" | "s" | "bytes" | "Bps" | "short";
