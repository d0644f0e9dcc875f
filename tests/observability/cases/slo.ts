import { host, requests, type RuleCase, to } from "./case";

/** Ten requests a second for some minutes, of which so many in a thousand fail. */
const failing = (service: string, perThousand: number, minutes: number): Record<string, string> => ({
  [requests(service)]: `0+${(600 * (1000 - perThousand)) / 1000}x${minutes}`,
  [requests(service, { code: "503" })]: `0+${(600 * perThousand) / 1000}x${minutes}`,
});
/** Ten requests a second in phases: so many in a thousand fail, for so many minutes. */
const phases = (service: string, ...list: readonly (readonly [number, number])[]): Record<string, string> => {
  const values = (perMinute: (perThousand: number) => number): string => {
    let total = 0;
    return list
      .map(([perThousand, minutes]) => {
        const step = perMinute(perThousand);
        const first = total + step;
        total += step * minutes;
        return `${first}+${step}x${minutes - 1}`;
      })
      .join(" ");
  };
  return {
    [requests(service)]: values((perThousand) => (600 * (1000 - perThousand)) / 1000),
    [requests(service, { code: "503" })]: values((perThousand) => (600 * perThousand) / 1000),
  };
};
const day = 24 * 60;
const name = host("api").destination_service;

const fast = (value: string) => ({
  severity: "critical" as const,
  labels: to("api"),
  summary: `${name} uses its error budget up within days`,
  description: `${value} of the requests to ${name} fail. The objective of 99.9 % over 30 days allows 0.1 %. At this rate the budget lasts at most five days.`,
});
const slow = (value: string) => ({
  severity: "warning" as const,
  labels: to("api"),
  summary: `${name} uses its error budget up within the month`,
  description: `${value} of the requests to ${name} fail. The objective of 99.9 % over 30 days allows 0.1 %. At this rate no budget is left after 30 days.`,
});

/** The alert that looks at days need not be evaluated every few minutes, which takes promtool seconds. */
const slowly = { alert: "ErrorBudgetBurningSlowly", evaluated: "15m" } as const;

const windows = [
  ["30m", 60],
  ["1h", 120],
  ["2h", 240],
  ["6h", 720],
  ["1d", day + 60],
  ["3d", 3 * day + 60],
] as const;

export const slo: readonly RuleCase[] = [
  ...windows.flatMap(([window, minutes]): RuleCase[] => [
    {
      record: `istio:service:error_ratio:rate${window}`,
      shows: "a hundredth fails",
      ...(minutes > day && { evaluated: "15m" }),
      series: failing("api", 10, minutes),
      at: `${minutes}m`,
      gives: [{ labels: { mesh: "shop", ...to("api") }, value: 0.01 }],
    },
    {
      record: `istio:service:error_ratio:rate${window}`,
      shows: "nothing where nothing was asked",
      series: {},
      at: "60m",
      gives: [],
    },
  ]),
  {
    record: "istio:service:error_ratio:rate1h",
    shows: "half an hour of errors, and half an hour without",
    series: {
      [requests("api")]: "0+300x30 9300+600x30",
      [requests("api", { code: "503" })]: "0+300x30 9000x31",
    },
    at: "60m",
    gives: [{ labels: { mesh: "shop", ...to("api") }, value: 0.25 }],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "twenty times faster than allowed, for an hour",
    series: failing("api", 20, 90),
    at: "80m",
    fires: [fast("2%")],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "eight times faster than allowed, for six hours",
    series: failing("api", 8, 420),
    at: "400m",
    fires: [fast("0.8%")],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "the errors ended, though the hour still shows them",
    series: {
      [requests("api")]: "0+588x60 35280+600x40",
      [requests("api", { code: "503" })]: "0+12x60 720x41",
    },
    at: "98m",
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "twice as fast as allowed is no emergency",
    series: failing("api", 2, day),
    at: `${day}m`,
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "an hour just below 14.4 times faster than allowed",
    series: phases("api", [0, 420], [14.3, 80]),
    at: "500m",
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "an hour just above 14.4 times faster than allowed",
    series: phases("api", [0, 420], [14.5, 95]),
    at: "512m",
    fires: [fast("1.45%")],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "a burst of ten minutes, which the hour hardly shows",
    series: phases("api", [0, 420], [70, 10], [0, 5]),
    at: "434m",
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "six hours just below six times faster than allowed",
    series: phases("api", [0, day], [5.9, 390]),
    at: `${day + 385}m`,
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "six hours just above six times faster than allowed",
    series: phases("api", [0, day], [6.1, 390]),
    at: `${day + 385}m`,
    fires: [fast("0.61%")],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "a service with a lower objective",
    series: failing("report", 20, 90),
    at: "80m",
    fires: [],
  },
  {
    alert: "ErrorBudgetBurningFast",
    shows: "hardly any requests",
    series: { [requests("api", { code: "503" })]: "0+1x90" },
    at: "80m",
    fires: [],
  },
  {
    ...slowly,
    shows: "twice as fast as allowed, for three days",
    series: failing("api", 2, 3 * day + 60),
    at: `${3 * day + 30}m`,
    fires: [slow("0.2%")],
  },
  {
    ...slowly,
    shows: "half as fast as allowed",
    series: failing("api", 0.5, 3 * day + 60),
    at: `${3 * day + 30}m`,
    fires: [],
  },
  {
    ...slowly,
    shows: "a day just below three times faster than allowed",
    series: phases("api", [0, 3 * day], [2.9, day + 6]),
    at: `${4 * day + 5}m`,
    fires: [],
  },
  {
    ...slowly,
    shows: "a day just above three times faster than allowed",
    series: phases("api", [0, 3 * day], [3.1, day + 60]),
    at: `${4 * day + 50}m`,
    fires: [slow("0.31%")],
  },
  {
    ...slowly,
    shows: "three days just below what is allowed",
    series: phases("api", [0.99, 4 * day]),
    at: `${4 * day - 5}m`,
    fires: [],
  },
  {
    ...slowly,
    shows: "three days just above what is allowed",
    series: phases("api", [1.01, 4 * day]),
    at: `${4 * day - 5}m`,
    fires: [slow("0.101%")],
  },
  {
    ...slowly,
    shows: "the errors ended seven hours ago, though the days still show them",
    series: phases("api", [5, 2 * day], [0, 420]),
    at: `${2 * day + 415}m`,
    fires: [],
  },
];

const recorded = (record: ErrorBudgetRecord, service: string, value: number) => ({
  record,
  at: "120m",
  gives: [{ labels: { mesh: "shop", ...to(service) }, value }],
});
type ErrorBudgetRecord =
  | "istio:service:error_ratio:rate30d"
  | "istio:service:error_budget:ratio"
  | "istio:service:error_budget:remaining30d";

export const errorBudget: readonly RuleCase[] = [
  {
    ...recorded("istio:service:error_ratio:rate30d", "report", 0.005),
    shows: "as much of the month as there is",
    series: failing("report", 5, 120),
  },
  {
    ...recorded("istio:service:error_budget:ratio", "api", 0.001),
    shows: "the objective of all services",
    series: failing("api", 0, 120),
  },
  {
    ...recorded("istio:service:error_budget:ratio", "report", 0.01),
    shows: "the objective of one service",
    series: failing("report", 5, 120),
  },
  {
    ...recorded("istio:service:error_budget:remaining30d", "report", 0.5),
    shows: "half of it, if half of what is allowed has failed",
    series: failing("report", 5, 120),
  },
  {
    ...recorded("istio:service:error_budget:remaining30d", "report", -1),
    shows: "less than nothing, if twice as much has",
    series: failing("report", 20, 120),
  },
  {
    record: "istio:service:error_budget:remaining30d",
    shows: "nothing of a service that runs and was never asked",
    series: { [requests("api")]: "0x120" },
    at: "120m",
    gives: [],
  },
  ...(
    [
      "istio:service:error_ratio:rate30d",
      "istio:service:error_budget:ratio",
      "istio:service:error_budget:remaining30d",
    ] as const
  ).map((record): RuleCase => ({
    record,
    shows: "nothing where nothing was asked",
    series: {},
    at: "120m",
    gives: [],
  })),
];
