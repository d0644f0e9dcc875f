import { ratio } from "../promql";
import { recorded, type Window, windows } from "./records";
import { type AlertingRule, type ConcernOf, leastTraffic, type RecordingRule } from "./rule";
import { byThreshold } from "./scope";

interface Burn {
  readonly factor: number;
  readonly long: Window;
  readonly short: Window;
}

/**
 * How many times faster than allowed the error budget of 30 days burns, over a long window, and still does, over a
 * short one. The first two would use it up within two and five days, the others within ten and thirty.
 *
 * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
const fast = [
  { factor: 14.4, long: "1h", short: "5m" },
  { factor: 6, long: "6h", short: "30m" },
] as const satisfies readonly Burn[];
const slow = [
  { factor: 3, long: "1d", short: "2h" },
  { factor: 1, long: "3d", short: "6h" },
] as const satisfies readonly Burn[];

/** The share of requests that may fail, and how fast it is used up. */
export const slo: ConcernOf = (mesh) => {
  const errors = recorded("istio:service:errors:rate5m", mesh);
  const requests = recorded("istio:service:requests:rate5m", mesh);
  const busy = `avg_over_time(${requests}[1h]) > ${leastTraffic}`;
  return {
    name: "slo",
    rules: [
      // Of what was recorded: days of raw requests would be read again at each evaluation.
      ...windows
        .filter((window) => window !== "5m")
        .map((window): RecordingRule => ({
          record: `istio:service:error_ratio:rate${window}`,
          expr: `sum_over_time(${errors}[${window}]) / sum_over_time(${requests}[${window}])`,
        })),
      ...byThreshold(mesh, "availability").flatMap(({ value, services }): AlertingRule[] => {
        const budget = Number((100 - value).toPrecision(12));
        const burns = ({ factor, long, short }: Burn): string =>
          [long, short]
            .map((window) => recorded(`istio:service:error_ratio:rate${window}`, mesh, services))
            .map((errorRatio) => `${errorRatio} > ${ratio(budget * factor)}`)
            .join(" and on (destination_service) ");
        const expr = (burn: readonly Burn[]): string =>
          `(${burn.map(burns).join(" or on (destination_service) ")}) and on (destination_service) ${busy}`;
        const description = `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} fail. The objective of ${value} % over 30 days allows ${budget} %`;
        return [
          {
            alert: "ErrorBudgetBurningFast",
            expr: expr(fast),
            for: "2m",
            severity: "critical",
            summary: "{{ $labels.destination_service }} uses its error budget up within days",
            description: `${description}: at this rate for five days at most.`,
          },
          {
            alert: "ErrorBudgetBurningSlowly",
            expr: expr(slow),
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
