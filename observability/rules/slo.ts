import type { Mesh } from "../../catalog";
import { ratio } from "../promql";
import { errorRatio, recorded, type Window, windows } from "./records";
import { type AlertingRule, type RuleGroupOf, leastTraffic, type RecordingRule } from "./rule";
import { byThreshold } from "./scope";

export interface Burn {
  /** How many times faster than allowed. */
  readonly factor: number;
  /** Over which it burns. */
  readonly long: Window;
  /** Over which it still does. */
  readonly short: Window;
}

/**
 * How many times faster than allowed the error budget of 30 days burns. The first two would use it up within two and
 * five days, the others within ten and thirty.
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

/** Of what was recorded: days of raw requests would be read again at each evaluation. */
function overWindow(mesh: Mesh, window: Window): RecordingRule {
  const errors = recorded("istio:service:errors:rate5m", mesh);
  const requests = recorded("istio:service:requests:rate5m", mesh);
  return {
    record: errorRatio(window),
    // No share at all where nothing was asked.
    expr: `sum_over_time(${errors}[${window}]) / (sum_over_time(${requests}[${window}]) > 0)`,
  };
}

/** Percent of the requests that may fail. */
function allowed(availability: number): number {
  return Number((100 - availability).toPrecision(12));
}

/** How fast the share of requests that may fail is used up. */
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
            description: `${description}: at this rate for five days at most.`,
          },
          {
            alert: "ErrorBudgetBurningSlowly",
            expr: expr(slowBurns),
            for: "15m",
            severity: "warning",
            summary: "{{ $labels.destination_service }} uses its error budget up within the month",
            description: `${description}: at this rate nothing is left at its end.`,
          },
        ];
      }),
    ],
  };
};

/** What of it is left. Apart from the others, because a month is much to read and changes slowly. */
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
        // 1: nothing is used up. Below 0: more than all of it.
        record: "istio:service:error_budget:remaining30d",
        expr: `1 - ${month} / ${recorded("istio:service:error_budget:ratio", mesh)}`,
      },
    ],
  };
};
