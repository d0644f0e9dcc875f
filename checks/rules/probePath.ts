import { formatPath } from "../../catalog";
import { portsOf, probes } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base } from "./example";

const probed = (readiness: object): object => ({
  ...base,
  services: {
    web: {
      ports: { grpc: { port: 9000, protocol: "grpc" } },
      workload: { image: "web:1", probes: { readiness } },
    },
  },
});

export const text = (service: string, port: string, protocol: string, path: string): Text => ({
  message: `the probe of "${service}" requests the path "${path}" from the port "${port}", whose protocol is ${protocol}`,
  fix: `remove it to probe ${protocol === "grpc" ? "with gRPC's health checking protocol" : "whether the port accepts a connection"}, or name an HTTP port`,
});

export const probePath: DefinitionRule = {
  code: "MW906",
  severity: "error",
  title: "Only a probe of an HTTP port has a path",
  why: [
    "A probe with a path is an HTTP request.",
    "A port with another protocol does not answer it, so the pod never becomes ready, or is restarted again and again.",
  ],
  see: pages.kubernetesProbes,
  stage: "definition",
  examples: { wrong: probed({ path: "/ready" }), right: probed({}) },
  *check(definition) {
    for (const { probe, callee, path, ...reference } of probes(definition)) {
      const ports = portsOf(definition, { ...reference, callee, path }) ?? {};
      const name = probe.port ?? Object.keys(ports)[0] ?? "";
      const protocol = ports[name]?.protocol;
      if (probe.path === undefined || protocol === undefined) continue;
      if (protocol === "http" || protocol === "http2") continue;
      yield {
        path: formatPath([...path, "path"]),
        ...text(callee, name, protocol, probe.path),
      };
    }
  },
};
