import { series } from "../../../observability/promql";
import { answers, type RuleCase, target } from "./case";

const uptime = series("istiod_uptime_seconds", { ...target("istiod-1") });
const rejects = series("pilot_total_xds_rejects", { type: "lds", ...target("istiod-1") });
const internal = series("pilot_total_xds_internal_errors", { ...target("istiod-1") });
const timeouts = series("pilot_xds_write_timeout", { ...target("istiod-1") });
const pushes = (type: string): string => series("pilot_xds_pushes", { type, ...target("istiod-1") });
const convergence = (le: string): string =>
  series("pilot_proxy_convergence_time_bucket", { le, ...target("istiod-1") });
const invalid = series("galley_validation_failed", {
  resource: "virtualservices",
  reason: "invalid_resource",
  ...target("istiod-1"),
});
const injection = series("sidecar_injection_failure_total", { ...target("istiod-1") });
const injections = series("sidecar_injection_requests_total", { ...target("istiod-1") });
const certificate = (namespace: string): string =>
  series("istio_agent_cert_expiry_seconds", { resource_name: "default", namespace, ...target("api-1") });
const connections = series("istio_agent_istiod_connection_failures", {
  namespace: "shop",
  ...target("api-1"),
});

const down = {
  severity: "critical",
  summary: "istiod is down, or Prometheus can't scrape it",
  description:
    "Prometheus scrapes no istiod. Proxies keep their configuration, but receive no changes and no new certificates, and no pod is injected.",
} as const;
const push = (times: number) => ({
  severity: "warning" as const,
  summary: "istiod fails to send configuration",
  description: `istiod failed ${times} times within two minutes to generate or send configuration.`,
});
const rejected = (times: number) => ({
  severity: "critical" as const,
  labels: { type: "lds" },
  summary: "Proxies reject configuration of the type lds",
  description: `Proxies have rejected configuration of the type lds ${times} times within five minutes, and keep the previous one.`,
});

export const controlPlane: readonly RuleCase[] = [
  {
    alert: "ServiceMeshDown",
    shows: "nothing was ever heard of istiod",
    series: {},
    at: "3m",
    fires: [down],
  },
  {
    alert: "ServiceMeshDown",
    shows: "istiod is gone",
    series: { [uptime]: "0+60x10 stale" },
    at: "14m",
    fires: [down],
  },
  {
    alert: "ServiceMeshDown",
    shows: "istiod was restarted within a minute",
    series: { [uptime]: "0+60x9 stale 0+60x10" },
    at: "14m",
    fires: [],
  },
  { alert: "ServiceMeshDown", shows: "istiod runs", series: { [uptime]: "0+60x20" }, at: "14m", fires: [] },
  {
    alert: "ServiceMeshDown",
    shows: "one of two is enough",
    series: { [uptime]: "0+60x5 stale", [series("istiod_uptime_seconds", { pod: "istiod-2" })]: "0+60x20" },
    at: "14m",
    fires: [],
  },
  {
    alert: "ProxyMetricsMissing",
    shows: "proxies of another platform only",
    series: { [certificate("other")]: "40000x30" },
    at: "20m",
    fires: [
      {
        severity: "critical",
        labels: { namespace: "shop" },
        summary: "Prometheus scrapes no proxy of shop",
        description:
          "Prometheus has no metrics of any proxy of shop. So no alert for requests, connections and certificates can fire.",
      },
    ],
  },
  {
    alert: "ProxyMetricsMissing",
    shows: "a proxy without any traffic",
    series: { [certificate("shop")]: "40000x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "ProxyMetricsMissing",
    shows: "a quarter of an hour isn't over",
    series: { [certificate("shop")]: "40000x4 stale" },
    at: "15m",
    fires: [],
  },
  {
    alert: "ProxyConfigRejected",
    shows: "the very first rejections, which no rate sees",
    series: { [answers("istiod-1")]: "1x30", [rejects]: "_x10 2x20" },
    at: "13m",
    fires: [rejected(2)],
  },
  {
    alert: "ProxyConfigRejected",
    shows: "more of them",
    series: { [rejects]: "0+1x30" },
    at: "20m",
    fires: [rejected(5)],
  },
  {
    alert: "ProxyConfigRejected",
    shows: "old rejections that Prometheus sees again after it was away",
    series: { [answers("istiod-1")]: "1x10 _x15 1x20", [rejects]: "9x10 _x15 9x20" },
    at: "29m",
    fires: [],
  },
  {
    alert: "ProxyConfigRejected",
    shows:
      "old rejections that Prometheus sees again after istiod didn't answer it, though another process did",
    every: "15s",
    series: {
      [answers("istiod-1")]: "1x80 0x12 1x200",
      [answers("istiod-1", "sidecars")]: "1x300",
      [rejects]: "9x80 stale _x12 9x200",
    },
    at: "27m30s",
    fires: [],
  },
  {
    alert: "ProxyConfigRejected",
    shows: "none lately",
    series: { [rejects]: "9x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "ConfigPushErrors",
    shows: "istiod can't make configuration",
    series: { [internal]: "0+1x30" },
    at: "15m",
    fires: [push(2)],
  },
  {
    alert: "ConfigPushErrors",
    shows: "proxies don't take it in time",
    series: { [timeouts]: "0+2x30" },
    at: "15m",
    fires: [push(4)],
  },
  {
    alert: "ConfigPushErrors",
    shows: "connections break while it is sent",
    series: { [pushes("eds_senderr")]: "0+3x30" },
    at: "15m",
    fires: [push(6)],
  },
  {
    alert: "ConfigPushErrors",
    shows: "pushes that arrive are none",
    series: { [pushes("eds")]: "0+100x30", [internal]: "4x30", [timeouts]: "4x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "ConfigConvergenceSlow",
    shows: "one change of ten takes up to 20 s",
    series: {
      [convergence("10")]: "0+9x30",
      [convergence("20")]: "0+10x30",
      [convergence("+Inf")]: "0+10x30",
    },
    at: "20m",
    fires: [
      {
        severity: "warning",
        summary: "Configuration changes reach the proxies late",
        description:
          "1 % of the changes take longer than 19 s to reach every proxy. The limit for 99 % is 10 s.",
      },
    ],
  },
  {
    alert: "ConfigConvergenceSlow",
    shows: "all changes arrive within a second",
    series: {
      [convergence("1")]: "0+10x30",
      [convergence("10")]: "0+10x30",
      [convergence("+Inf")]: "0+10x30",
    },
    at: "20m",
    fires: [],
  },
  {
    alert: "ConfigConvergenceSlow",
    shows: "nothing changes",
    series: { [convergence("10")]: "9x30", [convergence("20")]: "10x30", [convergence("+Inf")]: "10x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "InvalidConfigRefused",
    shows: "somebody tries",
    series: { [answers("istiod-1")]: "1x30", [invalid]: "_x10 1x20" },
    at: "12m",
    fires: [
      {
        severity: "info",
        labels: { resource: "virtualservices", reason: "invalid_resource" },
        summary: "A client applies invalid virtualservices",
        description: "istiod rejected virtualservices 1 times within five minutes: invalid_resource.",
      },
    ],
  },
  {
    alert: "InvalidConfigRefused",
    shows: "nobody tries any more",
    series: { [invalid]: "5x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "SidecarInjectionFailing",
    shows: "pods are refused",
    series: { [injections]: "0+1x30", [injection]: "0+1x30" },
    at: "15m",
    fires: [
      {
        severity: "critical",
        summary: "Pods can't be injected",
        description: "istiod failed to inject 5 pods within five minutes. These pods don't start.",
      },
    ],
  },
  {
    alert: "SidecarInjectionFailing",
    shows: "pods are injected",
    series: { [injections]: "0+1x30", [injection]: "2x30" },
    at: "15m",
    fires: [],
  },
  {
    alert: "SidecarInjectionFailing",
    shows: "old failures that Prometheus sees again after istiod didn't answer it",
    every: "15s",
    series: { [answers("istiod-1")]: "1x80 0x12 1x200", [injection]: "3x80 stale _x12 3x200" },
    at: "27m30s",
    fires: [],
  },
  {
    alert: "ProxyCannotReachIstiod",
    shows: "a proxy tries in vain",
    series: { [uptime]: "0+60x30", [connections]: "0+2x30" },
    at: "15m",
    fires: [
      {
        severity: "warning",
        labels: { namespace: "shop", pod: "api-1" },
        summary: "shop/api-1 can't connect to istiod",
        description:
          "The proxy of shop/api-1 failed 10 times within five minutes to connect to istiod. It receives no changes and no new certificate.",
      },
    ],
  },
  {
    alert: "ProxyCannotReachIstiod",
    shows: "once, while istiod was replaced",
    series: { [uptime]: "0+60x30", [connections]: "0x10 1x20" },
    at: "14m",
    fires: [],
  },
  {
    alert: "ProxyCannotReachIstiod",
    shows: "there is no istiod, which ServiceMeshDown says once for all proxies",
    series: { [connections]: "0+2x30" },
    at: "15m",
    fires: [],
  },
];
