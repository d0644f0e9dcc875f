import { formatPath } from "../../catalog";
import { portsOf, probes } from "../references";
import type { DefinitionRule } from "../rule";
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

export const probePath: DefinitionRule = {
  code: "MW906",
  severity: "error",
  title: "A probe has a path where its port speaks HTTP",
  stage: "definition",
  examples: { wrong: probed({ path: "/ready" }), right: probed({}) },
  *check(definition) {
    for (const { probe, callee, path, ...reference } of probes(definition)) {
      const ports = portsOf(definition, { ...reference, callee, path }) ?? {};
      const name = probe.port ?? Object.keys(ports)[0] ?? "";
      const protocol = ports[name]?.protocol;
      if (probe.path === undefined || protocol === undefined) continue;
      if (protocol === "http" || protocol === "http2") continue;
      const instead =
        protocol === "grpc"
          ? "then it asks for the status of gRPC's health checking protocol"
          : "then it asks whether the port takes a connection";
      yield {
        path: formatPath([...path, "path"]),
        message: `"${probe.path}" is asked of the port "${name}" of "${callee}", which speaks ${protocol}: there are no paths`,
        fix: `remove it, ${instead}, or name a port that speaks http`,
      };
    }
  },
};
