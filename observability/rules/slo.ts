import type { Mesh } from "../../catalog";
import { ratio } from "../promql";
import { errorRatio, recorded, type Window, windows } from "./records";
import { type AlertingRule, type RuleGroupOf, leastTraffic, type RecordingRule } from "./rule";
import { byThreshold } from "./scope";

export interface Burn {
  /** Burn rate: how many times faster than allowed the budget is used. */
  readonly factor: number;
  /** Window over which the budget burns. */
  readonly long: Window;
  /** Short window that shows whether it still burns. */
  readonly short: Window;
}

/**
 * Burn rates of the 30-day error budget. The first two would use it up within two and five days, the others within ten
 * and thirty.
 *
 * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
export const fastBurns = [
  { factor: 14.4, long: "1h", short: "5m" },
  { factor: 6, long: "6h", short: "30m" },
] as const satisfies readonly Burn[];
export const slowBurns = [
  { factor: 3, long: "1d", short: "2h" },
  { factor: 1, long: "3d", short: "6h" },
] as const satisfies readonly Burn[];

/** Uses recorded series, because each evaluation would otherwise read days of raw requests. */
function overWindow(mesh: Mesh, window: Window): RecordingRule {
  const errors = recorded("istio:service:errors:rate5m", mesh);
  const requests = recorded("istio:service:requests:rate5m", mesh);
  return {
    record: errorRatio(window),
    // Without requests there is no ratio.
    expr: `sum_over_time(${errors}[${window}]) / (sum_over_time(${requests}[${window}]) > 0)`,
  };
}

/** Percentage of the requests that may fail. */
function allowed(availability: number): number {
  return Number((100 - availability).toPrecision(12));
}

/** How fast the error budget is used up. */
export const slo: RuleGroupOf = (mesh) => {
  const requests = recorded("istio:service:requests:rate5m", mesh);
  const busy = `avg_over_time(${requests}[1h]) > ${leastTraffic}`;
  return {
    name: "slo",
    rules: [
      ...windows
        .filter((window) => window !== "5m" && window !== "30d")
        .map((window) => overWindow(mesh, window)),
      ...byThreshold(mesh, "availability").flatMap(({ value, services }): AlertingRule[] => {
        const budget = allowed(value);
        const burns = ({ factor, long, short }: Burn): string =>
          [long, short]
            .map((window) => `${recorded(errorRatio(window), mesh, services)} > ${ratio(budget * factor)}`)
            .join(" and on (destination_service) ");
        const expr = (burn: readonly Burn[]): string =>
          `(${burn.map(burns).join(" or on (destination_service) ")}) and on (destination_service) ${busy}`;
        const description = `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} fail. The objective of ${value} % over 30 days allows ${budget} %`;
        return [
          {
            alert: "ErrorBudgetBurningFast",
            expr: expr(fastBurns),
            for: "2m",
            severity: "critical",
            summary: "{{ $labels.destination_service }} uses its error budget up within days",
            description: `${description}. At this rate the budget lasts at most five days.`,
          },
          {
            alert: "ErrorBudgetBurningSlowly",
            expr: expr(slowBurns),
            for: "15m",
            severity: "warning",
            summary: "{{ $labels.destination_service }} uses its error budget up within the month",
            description: `${description}. At this rate no budget is left after 30 days.`,
          },
        ];
      }),
    ],
  };
};

/**
 * The remaining error budget. It is a separate group, because reading a month of samples is expensive and the value
 * changes slowly.
 */
export const errorBudget: RuleGroupOf = (mesh) => {
  const requests = (services: object): string => recorded("istio:service:requests:rate5m", mesh, services);
  const month = recorded(errorRatio("30d"), mesh);
  return {
    name: "error-budget",
    interval: "2m",
    rules: [
      ...byThreshold(mesh, "availability").map(({ value, services }): RecordingRule => ({
        record: "istio:service:error_budget:ratio",
        expr: `0 * ${requests(services)} + ${ratio(allowed(value))}`,
      })),
      overWindow(mesh, "30d"),
      {
        // 1: nothing is used up. Below 0: more than the whole budget.
        record: "istio:service:error_budget:remaining30d",
        expr: `1 - ${month} / ${recorded("istio:service:error_budget:ratio", mesh)}`,
      },
    ],
  };
};
