import { series } from "../../../observability/promql";
import { durations, host, requests, type RuleCase, to } from "./case";

const fails = (service: string, value: string, limit: number) => ({
  severity: "critical" as const,
  labels: to(service),
  summary: `${host(service).destination_service} fails`,
  description: `${value} of the requests to ${host(service).destination_service} fail. The limit is ${limit} %.`,
});
const slow = (service: string, milliseconds: number, limit: string) => ({
  severity: "warning" as const,
  labels: to(service),
  summary: `${host(service).destination_service} is slow`,
  description: `1 % of the requests to ${host(service).destination_service} take longer than ${milliseconds} ms. The limit for 99 % is ${limit}.`,
});
/** One request a second, nine of ten answered within half a second and the rest within so many milliseconds. */
const upTo = (service: string, le: string): Record<string, string> => ({
  [requests(service)]: "0+60x30",
  [durations(service, "500")]: "0+54x30",
  [durations(service, le)]: "0+60x30",
  [durations(service, "+Inf")]: "0+60x30",
});
const value = (service: string, number: number) => ({
  labels: { mesh: "shop", ...to(service) },
  value: number,
});

export const requestCases: readonly RuleCase[] = [
  {
    record: "istio:service:requests:rate5m",
    shows: "all requests of a service, whatever came of them",
    series: { [requests("api")]: "0+60x20", [requests("api", { code: "503" })]: "0+30x20" },
    at: "10m",
    gives: [value("api", 1.5)],
  },
  {
    record: "istio:service:requests:rate5m",
    shows: "nothing of other platforms, nor what the callees report",
    series: {
      [requests("api", { namespace: "other" })]: "0+60x20",
      [requests("api", { reporter: "destination" })]: "0+60x20",
    },
    at: "10m",
    gives: [],
  },
  {
    record: "istio:service:requests:rate5m",
    shows: "the callers of two clusters, each request once",
    series: {
      [requests("api", { cluster: "east" })]: "0+60x20",
      [requests("api", { cluster: "west" })]: "0+30x20",
    },
    at: "10m",
    gives: [value("api", 1.5)],
  },
  {
    record: "istio:service:requests:rate5m",
    shows: "no jump where a caller's counter begins anew, but the minute in between",
    series: { [requests("api")]: "60000+60x10 0+60x10" },
    at: "13m",
    gives: [value("api", 0.75)],
  },
  {
    record: "istio:service:errors:rate5m",
    shows: "5xx, no answer, and gRPC statuses that blame the server, each request once",
    series: {
      [requests("api", { code: "404" })]: "0+60x20",
      [requests("api", { code: "500" })]: "0+60x20",
      [requests("api", { code: "0", flags: "DC" })]: "0+60x20",
      [requests("api", { code: "503", grpc: "14" })]: "0+60x20",
      [requests("api", { grpc: "13" })]: "0+60x20",
      [requests("api", { grpc: "5" })]: "0+60x20",
    },
    at: "10m",
    gives: [value("api", 4)],
  },
  {
    record: "istio:service:errors:rate5m",
    shows: "zero where all goes well",
    series: { [requests("api")]: "0+60x20" },
    at: "10m",
    gives: [value("api", 0)],
  },
  {
    record: "istio:service:error_ratio:rate2m",
    shows: "half fails lately, which long before didn't",
    series: { [requests("api")]: "0+30x20", [requests("api", { code: "500" })]: "0x10 30+30x10" },
    at: "14m",
    gives: [value("api", 0.5)],
  },
  {
    record: "istio:service:error_ratio:rate2m",
    shows: "nothing where nothing is asked any more, or nothing fails",
    series: {
      [requests("api")]: "60x20",
      [requests("api", { code: "500" })]: "0+6x10 60x10",
      [requests("web")]: "0+60x20",
    },
    at: "14m",
    gives: [],
  },
  {
    record: "istio:service:error_ratio:rate5m",
    shows: "a quarter fails",
    series: { [requests("api")]: "0+45x20", [requests("api", { code: "500" })]: "0+15x20" },
    at: "10m",
    gives: [value("api", 0.25)],
  },
  {
    record: "istio:service:error_ratio:rate5m",
    shows: "nothing where nothing is asked any more",
    series: { [requests("api")]: "60x20", [requests("api", { code: "500" })]: "6x20" },
    at: "10m",
    gives: [],
  },
  {
    record: "istio:service:error_ratio:rate5m",
    shows: "nothing where nothing was ever asked",
    series: {},
    at: "10m",
    gives: [],
  },
  ...(
    [
      ["istio:service:request_duration_milliseconds:p50", 2500 / 9],
      ["istio:service:request_duration_milliseconds:p90", 500],
      ["istio:service:request_duration_milliseconds:p99", 950],
    ] as const
  ).flatMap(([record, number]): RuleCase[] => [
    {
      record,
      shows: "within a bucket",
      series: upTo("api", "1000"),
      at: "10m",
      gives: [value("api", number)],
    },
    {
      record,
      shows: "nothing of what callees report",
      series: { [durations("api", "500").replace("source", "destination")]: "0+60x20" },
      at: "10m",
      gives: [],
    },
  ]),
  {
    alert: "HighErrorRate",
    shows: "a tenth fails, and nothing else of another service",
    series: {
      [requests("api")]: "0+54x30",
      [requests("api", { code: "503" })]: "0+6x30",
      [requests("web")]: "0+60x30",
    },
    at: "20m",
    fires: [fails("api", "10%", 5)],
  },
  {
    alert: "HighErrorRate",
    shows: "a caller gets no answer at all",
    series: { [requests("api", { code: "0", flags: "UF" })]: "0+60x30" },
    at: "20m",
    fires: [fails("api", "100%", 5)],
  },
  {
    alert: "HighErrorRate",
    shows: "calls over gRPC that are answered with 200, and a status that blames the server",
    series: { [requests("api", { grpc: "0" })]: "0+54x30", [requests("api", { grpc: "14" })]: "0+6x30" },
    at: "20m",
    fires: [fails("api", "10%", 5)],
  },
  {
    alert: "HighErrorRate",
    shows: "calls over gRPC with a status that blames the caller, and 4xx",
    series: {
      [requests("api", { grpc: "0" })]: "0+54x30",
      [requests("api", { grpc: "5" })]: "0+6x30",
      [requests("api", { code: "404" })]: "0+60x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "all fail for two minutes, as in a rollout of one pod, and none after that",
    every: "15s",
    series: {
      [requests("api")]: "0+150x40 6000x7 6000+150x80",
      [requests("api", { code: "503" })]: "0x40 150+150x7 1200x80",
    },
    at: "16m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "just below the limit",
    series: { [requests("api")]: "0+9501x30", [requests("api", { code: "503" })]: "0+499x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "just above the limit",
    series: { [requests("api")]: "0+9499x30", [requests("api", { code: "503" })]: "0+501x30" },
    at: "20m",
    fires: [fails("api", "5.01%", 5)],
  },
  {
    alert: "HighErrorRate",
    shows: "callers that were restarted, and failed no more than before",
    series: {
      [requests("api")]: "90000+58x15 0+58x15",
      [requests("api", { code: "503" })]: "9000+2x15 0+2x15",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "callers that were restarted while a tenth failed",
    every: "15s",
    series: {
      [requests("api")]: "90000+54x60 0+54x60",
      [requests("api", { code: "503" })]: "9000+6x60 0+6x60",
    },
    at: "20m",
    fires: [fails("api", "10%", 5)],
  },
  {
    alert: "HighErrorRate",
    shows: "nothing is reported, or only TCP, which has an alert of its own",
    series: {
      [series("istio_tcp_connections_closed_total", {
        reporter: "source",
        ...to("db"),
        response_flags: "UF",
      })]: "0+60x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "a service with a limit of its own, below it",
    series: { [requests("report")]: "0+54x30", [requests("report", { code: "503" })]: "0+6x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "a service with a limit of its own, above it",
    series: { [requests("report")]: "0+45x30", [requests("report", { code: "503" })]: "0+15x30" },
    at: "20m",
    fires: [fails("report", "25%", 20)],
  },
  {
    alert: "HighErrorRate",
    shows: "three requests an hour say nothing",
    series: { [requests("api", { code: "503" })]: "0 0 0 0 0 0 0 0 0 0 1x20" },
    at: "20m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "the traffic has ended",
    series: { [requests("api", { code: "503" })]: "0+60x10 600x30" },
    at: "30m",
    fires: [],
  },
  {
    alert: "HighErrorRate",
    shows: "four minutes aren't enough",
    series: { [requests("api", { code: "503" })]: "0x20 0+60x30" },
    at: "24m",
    fires: [],
  },
  {
    alert: "HighLatency",
    shows: "one of ten takes up to five seconds",
    series: upTo("api", "5000"),
    at: "20m",
    fires: [slow("api", 4550, "1s")],
  },
  { alert: "HighLatency", shows: "all within a second", series: upTo("api", "1000"), at: "20m", fires: [] },
  {
    alert: "HighLatency",
    shows: "a service that may take longer",
    series: upTo("report", "5000"),
    at: "20m",
    fires: [],
  },
  {
    alert: "HighLatency",
    shows: "a service that may take longer, and takes too long",
    series: upTo("report", "60000"),
    at: "20m",
    fires: [slow("report", 54050, "20s")],
  },
  {
    alert: "HighLatency",
    shows: "one slow request without any others",
    series: {
      [requests("api")]: "0x10 1x20",
      [durations("api", "1000")]: "0x30",
      [durations("api", "60000")]: "0x10 1x20",
      [durations("api", "+Inf")]: "0x10 1x20",
    },
    at: "16m",
    fires: [],
  },
];
