/** A dashboard before Grafana's form: what it is called, what can be chosen in it, and what it shows. */
export interface DashboardDefinition {
  /** Last part of its uid, and of its ConfigMap's name. */
  readonly key: DashboardKey;
  readonly title: string;
  /** What it answers, in a sentence or two. */
  readonly description: string;
  readonly variables: readonly Variable[];
  /** Variables that follow from the choices and are not shown. Default: none. */
  readonly derived?: readonly DerivedVariable[];
  readonly rows: readonly Row[];
}

export const dashboardKeys = [
  "overview",
  "services",
  "security",
  "resilience",
  "canary",
  "certificates",
] as const;

export type DashboardKey = (typeof dashboardKeys)[number];

/** A choice at the top of a dashboard; queries name it `$name`. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** What can be chosen; never empty. */
  readonly values: readonly string[];
  /** Several can be chosen, and all of them are at first. Otherwise it is one, at first the first. */
  readonly multi: boolean;
  /** What is chosen at first where `multi` is false. Default: the first. */
  readonly chosen?: string;
}

/** A variable that Grafana computes from the choices whenever they change; queries name it `$name`. */
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
  /** What the numbers mean, and what to do when they are bad. */
  readonly description: string;
  /** Of the 24 columns of Grafana's grid; the panels of a row fill whole lines. */
  readonly width: number;
  /**
   * What it says where there is nothing to show. Default: `no traffic`; of a table Grafana's own words. A table with
   * several columns has none: Grafana would write it into each cell that is free.
   */
  readonly empty?: string;
}

/** Lines over time. */
export interface SeriesPanel extends PanelBase {
  readonly kind: "timeseries";
  readonly unit: Unit;
  /** As low as a number beside it. Default: twice as high. */
  readonly height?: "low";
  readonly queries: readonly Query[];
  readonly threshold?: Threshold;
}

/** One number: the last. */
export interface StatPanel extends PanelBase {
  readonly kind: "stat";
  readonly unit: Unit;
  /** Default: as many as fit. */
  readonly decimals?: number;
  readonly queries: readonly [Query];
  readonly threshold?: Threshold;
}

/** A line for each value of some labels, a column for each query. */
export interface TablePanel extends PanelBase {
  readonly kind: "table";
  /** The labels that the queries keep, in the order of their columns, with their titles. */
  readonly labels: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Where a click on a value of a label leads. */
  readonly links?: Readonly<Record<string, readonly Link[]>>;
}

export interface Column {
  readonly title: string;
  readonly unit: Unit;
  /** Default: as many as fit. */
  readonly decimals?: number;
  readonly expr: string;
  readonly threshold?: Threshold;
}

export interface Query {
  readonly expr: string;
  /** What a line is called: text, and labels as `{{label}}`. */
  readonly legend: string;
}

/** From which value on it is bad, and on which side of it. */
export interface Threshold {
  readonly bad: "above" | "below";
  readonly value: number;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/**
 * The unit ids of Grafana that are in use: requests per second, packets (here messages or events) per second, a share
 * of 1, percent of 100, milliseconds, seconds, bytes, bytes per second, and a bare number.
 *
 * @see https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts
 */
export type Unit = "reqps" | "ops" | "percentunit" | "percent" | "ms" | "s" | "bytes" | "Bps" | "short";
