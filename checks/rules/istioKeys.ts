import { parse } from "yaml";
import { formatPath } from "../../catalog";
import { podAnnotations } from "../../effect/mistakes/knownAnnotations";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

/** Annotations and labels that change what a pod's proxy captures or protects, each with the field to set instead. */
const decided = new Map([
  ["sidecar.istio.io/inject", "remove it: every pod of the mesh has a proxy"],
  ["istio.io/rev", "set the mesh's revision"],
  ["istio.io/dataplane-mode", "remove it: the mesh works with sidecars"],
  ["ambient.istio.io/redirection", "remove it: the mesh works with sidecars"],
  ["ambient.istio.io/bypass-inbound-capture", "remove it: the mesh works with sidecars"],
  ["istio.io/use-waypoint", "remove it: the mesh works with sidecars"],
  ["security.istio.io/tlsMode", "remove it: every pod of the mesh uses mutual TLS"],
  [
    "sidecar.istio.io/rewriteAppHTTPProbers",
    "remove it: only the agent can answer probes of a port with mutual TLS",
  ],
  ["sidecar.istio.io/proxyCPU", "set sidecar.resources.requests.cpu"],
  ["sidecar.istio.io/proxyCPULimit", "set sidecar.resources.limits.cpu"],
  ["sidecar.istio.io/proxyMemory", "set sidecar.resources.requests.memory"],
  ["sidecar.istio.io/proxyMemoryLimit", "set sidecar.resources.limits.memory"],
  ["traffic.sidecar.istio.io/includeInboundPorts", "set sidecar.includeInboundPorts"],
  ["traffic.sidecar.istio.io/excludeOutboundPorts", "set sidecar.excludeOutboundPorts"],
  ["traffic.sidecar.istio.io/excludeInboundPorts", "set sidecar.includeInboundPorts"],
  ["traffic.sidecar.istio.io/includeOutboundPorts", "set sidecar.excludeOutboundPorts"],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", "declare the hosts as externalServices"],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", "declare the hosts as externalServices"],
  ["traffic.sidecar.istio.io/excludeInterfaces", "remove it, so that every interface is captured"],
]);

/** Annotations that Istio writes itself, and one of ambient mode. */
const useless = [
  "ambient.istio.io/dns-capture",
  "gateway.istio.io/controller-version",
  "proxy.istio.io/overrides",
  "sidecar.istio.io/status",
];

/** Other labels and annotations of pods that the injector or the proxy's agent reads, without deprecated ones. */
const known: Readonly<Record<"annotations" | "labels", readonly string[]>> = {
  annotations: podAnnotations.filter((name) => !decided.has(name) && !useless.includes(name)).sort(),
  labels: [
    "service.istio.io/canonical-name",
    "service.istio.io/canonical-revision",
    "service.istio.io/workload-name",
    "topology.istio.io/network",
    "topology.istio.io/subzone",
  ],
};

interface Bypass {
  /** What the value does. */
  readonly set: string;
  readonly fix: string;
}

/**
 * Annotations of which only some values keep a pod's traffic from its sidecar. Each function returns undefined for a
 * value that leaves the traffic to the sidecar.
 *
 * https://istio.io/latest/docs/reference/config/annotations/
 */
const bypasses = new Map<string, (value: string) => Bypass | undefined>([
  ["sidecar.istio.io/interceptionMode", interceptionMode],
  ["inject.istio.io/templates", injectionTemplates],
  ["proxy.istio.io/config", proxyConfig],
]);

/** The mode's name, or its number in Istio's protobuf. */
const none = /^(NONE|2)$/;

function interceptionMode(value: string): Bypass | undefined {
  return none.test(value) ? { set: `is "${value}"`, fix: "remove it, or set REDIRECT or TPROXY" } : undefined;
}

function injectionTemplates(value: string): Bypass | undefined {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("sidecar")) return undefined;
  return { set: `is "${value}"`, fix: 'remove it, or name "sidecar" first: sidecar,<template>' };
}

function proxyConfig(value: string): Bypass | undefined {
  let config: unknown;
  try {
    // As Istio reads it: the last of two fields with the same name applies.
    config = parse(value, { version: "1.1", uniqueKeys: false, logLevel: "error" });
  } catch {
    return { set: "is not YAML", fix: "write it as YAML or JSON" };
  }
  if (typeof config !== "object" || config === null) return undefined;
  const fields = config as Record<string, unknown>;
  const mode = String(fields.interceptionMode ?? fields.interception_mode);
  if (!none.test(mode)) return undefined;
  return { set: `sets interceptionMode to "${mode}"`, fix: "remove interceptionMode from it" };
}

const annotated = (annotations: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", annotations } } },
});

/** @param set what the annotation's value does, such as `is "NONE"`. */
export const bypassed = (service: string, key: string, set: string, fix: string): Text => ({
  message: `"${key}" ${set}, so the sidecar of "${service}" gets no traffic: no mTLS, no policy, no telemetry`,
  fix,
});

export const unknown = (kind: "label" | "annotation", key: string, fix: string): Text => ({
  message: `Istio has no ${kind} "${key}" for pods, or it is deprecated`,
  fix,
});

export const contradicting = (service: string, key: string, fix: string): Text => ({
  message: `"${key}" configures the proxy of "${service}" differently from the catalog, which is not checked against it`,
  fix,
});

export const istioKeys: DefinitionRule = {
  code: "MW305",
  severity: "warning",
  title: "Istio's labels and annotations of workloads exist, and don't contradict the catalog",
  why: [
    "Some of Istio's labels and annotations change what a sidecar captures, or whether a pod has one.",
    "The catalog's checks and policies assume the sidecar that the catalog declares, so such an annotation makes them wrong.",
    "Istio ignores a misspelt or removed one.",
  ],
  see: pages.annotations,
  suppress:
    "the annotation is needed for a migration, and its effect on mutual TLS and policies is accepted.",
  stage: "definition",
  examples: {
    wrong: annotated({ "sidecar.istio.io/inject": "false" }),
    right: annotated({ "sidecar.istio.io/logLevel": "debug" }),
  },
  *check({ services }) {
    for (const [service, { workload }] of Object.entries(services)) {
      for (const kind of ["labels", "annotations"] as const) {
        for (const [key, value] of Object.entries(workload?.[kind] ?? {})) {
          const bypass = kind === "annotations" ? bypasses.get(key)?.(value) : undefined;
          if (bypass !== undefined) {
            yield {
              path: formatPath(["services", service, "workload", kind, key]),
              ...bypassed(service, key, bypass.set, bypass.fix),
            };
            continue;
          }
          // Istio ignores other domains, such as prometheus.io/port.
          if (!/(^|\.)istio\.io\//.test(key) || known[kind].includes(key)) continue;
          const fix = decided.get(key);
          yield {
            path: formatPath(["services", service, "workload", kind, key]),
            ...(fix === undefined
              ? unknown(
                  kind === "labels" ? "label" : "annotation",
                  key,
                  nearest(key, [...known[kind], ...decided.keys()], "remove it"),
                )
              : contradicting(service, key, fix)),
          };
        }
      }
    }
  },
};
