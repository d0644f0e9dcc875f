import { series } from "../../../observability/promql";
import { host, requests, type RuleCase, to } from "./case";

const arrived = { reporter: "destination" } as const;
const plain = { reporter: "destination", policy: "none" } as const;
const connections = (service: string, policy: string): string =>
  series("istio_tcp_connections_opened_total", {
    reporter: "destination",
    ...to(service),
    connection_security_policy: policy,
  });
const name = host("api").destination_service;

const low = (value: string) => ({
  severity: "critical" as const,
  summary: "shop receives traffic without mutual TLS",
  description: `Only ${value} % of the traffic of shop uses mutual TLS. The minimum is 95 %.`,
});
const lowService = (service: string, value: string, limit: number) => ({
  severity: "warning" as const,
  labels: to(service),
  summary: `${host(service).destination_service} receives traffic without mutual TLS`,
  description: `Only ${value} % of the traffic of ${host(service).destination_service} uses mutual TLS. The minimum is ${limit} %.`,
});
const denied = (value: string) => ({
  severity: "warning" as const,
  labels: { source_workload: "web", source_workload_namespace: "shop", ...host("api") },
  summary: `${name} denies web`,
  description: `${name} returns 403 for ${value} of the requests of shop/web. Most likely the catalog does not declare this call.`,
});

export const security: readonly RuleCase[] = [
  {
    record: "istio:mesh:mtls_traffic_percentage",
    shows: "requests and connections together, in percent",
    series: {
      [requests("api", arrived)]: "0+60x20",
      [requests("web", plain)]: "0+15x20",
      [connections("db", "mutual_tls")]: "0+15x20",
      [connections("db", "none")]: "0+10x20",
    },
    at: "10m",
    gives: [{ labels: { mesh: "shop" }, value: 75 }],
  },
  {
    record: "istio:mesh:mtls_traffic_percentage",
    shows: "zero where nothing is secured",
    series: { [requests("api", plain)]: "0+60x20" },
    at: "10m",
    gives: [{ labels: { mesh: "shop" }, value: 0 }],
  },
  {
    record: "istio:mesh:mtls_traffic_percentage",
    shows: "nothing where nothing comes",
    series: { [requests("api", plain)]: "60x20" },
    at: "10m",
    gives: [],
  },
  {
    record: "istio:service:mtls_traffic_percentage",
    shows: "each service by itself",
    series: {
      [requests("api", arrived)]: "0+60x20",
      [requests("web", arrived)]: "0+30x20",
      [requests("web", plain)]: "0+30x20",
      [connections("db", "none")]: "0+30x20",
    },
    at: "10m",
    gives: [
      { labels: { mesh: "shop", ...to("api") }, value: 100 },
      { labels: { mesh: "shop", ...to("db") }, value: 0 },
      { labels: { mesh: "shop", ...to("web") }, value: 50 },
    ],
  },
  {
    record: "istio:service:mtls_traffic_percentage",
    shows: "nothing of what callers report: they don't know",
    series: { [requests("api", { policy: "unknown" })]: "0+60x20" },
    at: "10m",
    gives: [],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "a tenth comes in plain text",
    series: { [requests("api", arrived)]: "0+54x30", [requests("api", plain)]: "0+6x30" },
    at: "20m",
    fires: [low("90.0")],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "everything comes in plain text",
    series: { [requests("api", plain)]: "0+60x30" },
    at: "20m",
    fires: [low("0.0")],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "one of a hundred does",
    series: { [requests("api", arrived)]: "0+99x30", [requests("api", plain)]: "0+1x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "nothing comes",
    series: { [requests("api", plain)]: "60x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "nothing is reported",
    series: {},
    at: "20m",
    fires: [],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "a service was restarted, whose plain text of long ago is no news",
    series: {
      [requests("api", arrived)]: "90000+60x15 0+60x15",
      [requests("api", plain)]: "9000x15 0x15",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "MtlsTrafficLow",
    shows: "a platform with TCP only, half of it in plain text",
    series: { [connections("db", "mutual_tls")]: "0+6x30", [connections("db", "none")]: "0+6x30" },
    at: "20m",
    fires: [low("50.0")],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "a service with TCP only",
    series: { [requests("web", arrived)]: "0+60x30", [connections("db", "none")]: "0+3x30" },
    at: "20m",
    fires: [lowService("db", "0.0", 95)],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "a service with TCP only, whose clients keep the connections that they have",
    series: { [connections("db", "mutual_tls")]: "5x30", [connections("db", "none")]: "1x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "just below the limit, and just above it",
    series: {
      [requests("api", arrived)]: "0+9499x30",
      [requests("api", plain)]: "0+501x30",
      [requests("web", arrived)]: "0+9501x30",
      [requests("web", plain)]: "0+499x30",
    },
    at: "20m",
    fires: [lowService("api", "95.0", 95)],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "one service, which the whole hides",
    series: {
      [requests("web", arrived)]: "0+6000x30",
      [requests("api", arrived)]: "0+30x30",
      [requests("api", plain)]: "0+30x30",
    },
    at: "20m",
    fires: [lowService("api", "50.0", 95)],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "a service that may be reached in plain text by half, and is by more",
    series: { [requests("report", arrived)]: "0+15x30", [requests("report", plain)]: "0+45x30" },
    at: "20m",
    fires: [lowService("report", "25.0", 50)],
  },
  {
    alert: "ServiceMtlsTrafficLow",
    shows: "a service that may be reached in plain text by half",
    series: { [requests("report", arrived)]: "0+36x30", [requests("report", plain)]: "0+24x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "CallerDenied",
    shows: "whatever a caller asks is refused",
    series: { [requests("api", { ...arrived, code: "403" })]: "0+60x30" },
    at: "20m",
    fires: [denied("100%")],
  },
  {
    alert: "CallerDenied",
    shows: "over gRPC, where the answer is 200 and the status PERMISSION_DENIED",
    series: {
      [requests("api", { ...arrived, grpc: "7" })]: "0+57x30",
      [requests("api", { ...arrived, grpc: "0" })]: "0+3x30",
    },
    at: "20m",
    fires: [denied("95%")],
  },
  {
    alert: "CallerDenied",
    shows: "some users are refused, not their service",
    series: {
      [requests("api", { ...arrived, code: "403" })]: "0+30x30",
      [requests("api", arrived)]: "0+30x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "CallerDenied",
    shows: "a probe now and then",
    series: { [requests("api", { ...arrived, code: "403" })]: "0+1x30" },
    at: "20m",
    fires: [],
  },
];
