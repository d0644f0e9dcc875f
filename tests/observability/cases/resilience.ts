import { series } from "../../../observability/promql";
import { answers, host, requests, type RuleCase, to, target } from "./case";

const cluster = (service: string, subset = ""): string =>
  `outbound|80|${subset}|${to(service).destination_service}`;
const overflow = (service: string, subset?: string): string =>
  series("envoy_cluster_upstream_rq_pending_overflow", {
    cluster_name: cluster(service, subset),
    namespace: "shop",
    ...target("web-1"),
  });
const ejections = (service: string, pod = "web-1"): string =>
  series("envoy_cluster_outlier_detection_ejections_active", {
    cluster_name: cluster(service),
    namespace: "shop",
    ...target(pod),
  });
const name = host("api").destination_service;

const broken = (times: number) => ({
  severity: "warning" as const,
  labels: host("api"),
  summary: `The circuit breaker of ${name} rejects requests`,
  description: `Callers exceeded the circuit breaker of ${name}: ${times} requests or connections were rejected within five minutes.`,
});
const unhealthy = (times: number) => ({
  severity: "critical" as const,
  labels: host("api"),
  summary: `${name} has no healthy pod`,
  description: `${times} requests to ${name} found no healthy pod within two minutes.`,
});

export const resilience: readonly RuleCase[] = [
  {
    alert: "CircuitBreakerTriggered",
    shows: "one burst, the first one ever",
    series: {
      [answers("web-1")]: "1x30",
      [requests("api")]: "0+60x30",
      [requests("api", { code: "503", flags: "UO" })]: "_x10 35x20",
    },
    at: "13m",
    fires: [broken(35)],
  },
  {
    alert: "CircuitBreakerTriggered",
    shows: "more bursts",
    series: { [requests("api", { code: "503", flags: "URX,UO" })]: "0+10x30" },
    at: "15m",
    fires: [broken(50)],
  },
  {
    alert: "CircuitBreakerTriggered",
    shows: "Envoy's own count, where only a version of the service is called",
    series: { [overflow("api", "v1")]: "0+4x30" },
    at: "15m",
    fires: [broken(20)],
  },
  {
    alert: "CircuitBreakerTriggered",
    shows: "other failures, an old burst, and another platform's",
    series: {
      [requests("api", { code: "503", flags: "UH" })]: "0+10x30",
      [requests("api", { code: "503", flags: "UO" })]: "35x30",
      [overflow("api")]: "4x30",
      [series("envoy_cluster_upstream_rq_pending_overflow", {
        cluster_name: "outbound|80||api.other.svc.cluster.local",
      })]: "0+9x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "CircuitBreakerTriggered",
    shows: "connections over TCP that were too many",
    series: {
      [series("istio_tcp_connections_closed_total", {
        reporter: "source",
        ...to("api"),
        response_flags: "UO",
      })]: "0+2x30",
    },
    at: "15m",
    fires: [broken(10)],
  },
  {
    alert: "CircuitBreakerTriggered",
    shows: "old bursts that Prometheus sees again after it was away for a quarter of an hour",
    series: {
      [answers("web-1")]: "1x10 _x15 1x20",
      [requests("api", { code: "503", flags: "UO" })]: "35x10 _x15 35x20",
      [overflow("api")]: "4x10 _x15 4x20",
    },
    at: "29m",
    fires: [],
  },
  {
    alert: "EndpointsEjected",
    shows: "as many as the caller that leaves out most",
    series: { [ejections("api")]: "1x20", [ejections("api", "web-2")]: "2x20" },
    at: "10m",
    fires: [
      {
        severity: "warning",
        labels: host("api"),
        summary: `Pods of ${name} are ejected`,
        description: `A caller's proxy has ejected 2 pods of ${name}, because they returned errors.`,
      },
    ],
  },
  {
    alert: "EndpointsEjected",
    shows: "none, and one that was let in again",
    series: { [ejections("api")]: "0x20", [ejections("web")]: "0x5 1x2 0x20" },
    at: "12m",
    fires: [],
  },
  {
    alert: "NoHealthyUpstream",
    shows: "requests find nobody, few as they are",
    series: { [requests("api", { code: "503", flags: "UH" })]: "0+1x30" },
    at: "15m",
    fires: [unhealthy(2)],
  },
  {
    alert: "NoHealthyUpstream",
    shows: "once, during a rollout",
    series: {
      [answers("web-1")]: "1x30",
      [requests("api", { code: "503", flags: "UH" })]: "_x10 1x20",
      [requests("api")]: "0+60x30",
    },
    at: "16m",
    fires: [],
  },
  {
    alert: "NoHealthyUpstream",
    shows: "three times within 45 seconds, and never again",
    every: "15s",
    series: {
      [answers("web-1")]: "1x120",
      [requests("api", { code: "503", flags: "UH" })]: "_x40 1 2 3 3x80",
      [requests("api")]: "0+150x120",
    },
    at: "15m15s",
    fires: [],
  },
  {
    alert: "RetriesExhausted",
    shows: "two of a hundred fail at every try",
    series: {
      [requests("api")]: "0+98x30",
      [requests("api", { code: "503", flags: "URX,UF" })]: "0+2x30",
    },
    at: "20m",
    fires: [
      {
        severity: "warning",
        labels: host("api"),
        summary: `Retries of ${name} fail`,
        description: `2% of the requests to ${name} failed at every attempt. The limit is 1 %.`,
      },
    ],
  },
  {
    alert: "RetriesExhausted",
    shows: "one of two hundred",
    series: { [requests("api")]: "0+199x30", [requests("api", { code: "503", flags: "URX" })]: "0+1x30" },
    at: "20m",
    fires: [],
  },
];
