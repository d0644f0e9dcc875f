import { series } from "../../../observability/promql";
import { host, type RuleCase, to } from "./case";

const connections = (flags: string, service = "db", reporter = "source"): string =>
  series("istio_tcp_connections_closed_total", { reporter, ...to(service), response_flags: flags });
const bytes = (direction: "sent" | "received"): string =>
  series(`istio_tcp_${direction}_bytes_total`, { reporter: "source", ...to("db") });
const db = (value: number) => ({ labels: { mesh: "shop", ...to("db") }, value });
const name = host("db").destination_service;

export const tcp: readonly RuleCase[] = [
  {
    record: "istio:service:tcp_connections:rate5m",
    shows: "all that ended, however",
    series: { [connections("-")]: "0+30x20", [connections("UF,URX")]: "0+30x20" },
    at: "10m",
    gives: [db(1)],
  },
  {
    record: "istio:service:tcp_connections:rate5m",
    shows: "nothing of what callees report",
    series: { [connections("-", "db", "destination")]: "0+30x20" },
    at: "10m",
    gives: [],
  },
  {
    record: "istio:service:tcp_errors:rate5m",
    shows: "those that never reached a healthy server",
    series: {
      [connections("-")]: "0+60x20",
      [connections("DC")]: "0+60x20",
      [connections("UF,URX")]: "0+60x20",
      [connections("UH")]: "0+60x20",
      [connections("UO")]: "0+60x20",
    },
    at: "10m",
    gives: [db(3)],
  },
  {
    record: "istio:service:tcp_errors:rate5m",
    shows: "zero where all goes well",
    series: { [connections("-")]: "0+60x20" },
    at: "10m",
    gives: [db(0)],
  },
  {
    record: "istio:service:tcp_bytes:rate5m",
    shows: "both directions",
    series: { [bytes("sent")]: "0+6000x20", [bytes("received")]: "0+600x20" },
    at: "10m",
    gives: [db(110)],
  },
  {
    record: "istio:service:tcp_bytes:rate5m",
    shows: "nothing without any",
    series: {},
    at: "10m",
    gives: [],
  },
  {
    alert: "TcpConnectionsFailing",
    shows: "half of them",
    series: { [connections("-")]: "0+3x30", [connections("UF,URX")]: "0+3x30" },
    at: "20m",
    fires: [
      {
        severity: "critical",
        labels: to("db"),
        summary: `Connections to ${name} fail`,
        description: `50% of the TCP connections to ${name} fail. The limit is 5 %.`,
      },
    ],
  },
  {
    alert: "TcpConnectionsFailing",
    shows: "two of a hundred, and clients that hang up",
    series: {
      [connections("-")]: "0+58x30",
      [connections("DC")]: "0+40x30",
      [connections("UF,URX")]: "0+2x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "TcpConnectionsFailing",
    shows: "a single one",
    series: { [connections("UF,URX")]: "0x10 1x20" },
    at: "16m",
    fires: [],
  },
  {
    alert: "TcpConnectionsFailing",
    shows: "all fail for two minutes, and none after that",
    every: "15s",
    series: {
      [connections("-")]: "0+3x40 120x7 120+3x80",
      [connections("UF,URX")]: "0x40 3+3x7 24x80",
    },
    at: "16m",
    fires: [],
  },
];
