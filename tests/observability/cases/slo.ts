import { host, requests, type RuleCase, to } from "./case";

/** Ten requests a second for some minutes, of which so many in a thousand fail. */
const failing = (service: string, perThousand: number, minutes: number): Record<string, string> => ({
  [requests(service)]: `0+${(600 * (1000 - perThousand)) / 1000}x${minutes}`,
  [requests(service, { code: "503" })]: `0+${(600 * perThousand) / 1000}x${minutes}`,
});
const day = 24 * 60;
const name = host("api").destination_service;

const fast = (value: string) => ({
  severity: "critical" as const,
  labels: to("api"),
  summary: `${name} uses its error budget up within days`,
  description: `${value} of the requests to ${name} fail. The objective of 99.9 % over 30 days allows 0.1 %: at this rate for five days at most.`,
});
const slow = (value: string) => ({
  severity: "warning" as const,
  labels: to("api"),
  summary: `${name} uses its error budget up within the month`,
  description: `${value} of the requests to ${name} fail. The objective of 99.9 % over 30 days allows 0.1 %: at this rate nothing is left at its end.`,
});

const windows = [
  ["30m", 60],
  ["1h", 120],
  ["2h", 240],
  ["6h", 720],
  ["1d", 2 * day],
  ["3d", 4 * day],
] as const;

export const slo: readonly RuleCase[] = [
  ...windows.flatMap(([window, minutes]): RuleCase[] => [
    {
      record: `istio:service:error_ratio:rate${window}`,
      shows: "a hundredth fails",
      series: failing("api", 10, minutes),
      at: `${minutes}m`,
      gives: [{ labels: { mesh: "shop", ...to("api") }, value: 0.01 }],
    },
    {
      record: `istio:service:error_ratio:rate${window}`,
      shows: "nothing where nothing was asked",
      series: {},
      at: `${minutes}m`,
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
    alert: "ErrorBudgetBurningSlowly",
    shows: "twice as fast as allowed, for three days",
    series: failing("api", 2, 3 * day + 60),
    at: `${3 * day + 30}m`,
    fires: [slow("0.2%")],
  },
  {
    alert: "ErrorBudgetBurningSlowly",
    shows: "half as fast as allowed",
    series: failing("api", 0.5, 3 * day + 60),
    at: `${3 * day + 30}m`,
    fires: [],
  },
];
