import { formatPath, otlpPort } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const receiving = (port: object): object => ({
  ...base,
  services: { web: { ports: { http } }, collector: { ports: { otlp: port } } },
  telemetry: {
    tracing: {
      provider: "collector",
      service: "collector.shop.svc.cluster.local",
      randomSamplingPercentage: 1,
    },
  },
});

/** @param protocol of the port 4317. Undefined if there is no such port. */
export const text = (service: string, protocol: string | undefined): Text => ({
  message:
    protocol === undefined
      ? `proxies send spans to the port ${otlpPort} of "${service}", which declares no such port: its proxy denies them`
      : `proxies send spans by OTLP over gRPC to the port ${otlpPort} of "${service}", whose protocol is ${protocol}`,
  fix: `add a port with the number ${otlpPort} and the protocol grpc to services.${service}.ports`,
});

const carriesGrpc = new Set(["grpc", "http2", "tcp"]);

export const tracingPort: MeshRule = {
  code: "MW802",
  severity: "error",
  title: "A tracing service of the catalog has a gRPC port 4317",
  why: [
    "Proxies send spans by OTLP over gRPC to port 4317 of the tracing service.",
    "If that service is part of the catalog, its proxy accepts only declared ports and protocols, and all traces are lost.",
  ],
  see: pages.telemetry,
  stage: "mesh",
  examples: { wrong: receiving(http), right: receiving({ port: otlpPort, protocol: "grpc" }) },
  *check({ services, telemetry }, hasFailed) {
    for (const { name, host, ports, path } of services) {
      if (host !== telemetry?.tracing?.service || hasFailed(`${path}.ports`)) continue;
      const port = ports.find((one) => one.port === otlpPort);
      if (port && carriesGrpc.has(port.protocol)) continue;
      yield {
        path: formatPath(["telemetry", "tracing", "service"]),
        ...text(name, port?.protocol),
      };
    }
  },
};
