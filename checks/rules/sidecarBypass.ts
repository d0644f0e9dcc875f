import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

export const outbound = (service: string, ports: readonly number[]): Text => ({
  message: `traffic of "${service}" to the ports ${ports.join(", ")} bypasses the mesh: no mTLS, no policy, no telemetry`,
  fix: "remove them, or suppress this with the reason why that traffic must bypass the mesh",
});

export const inbound = (service: string, ports: readonly number[]): Text => ({
  message: `only the ports ${ports.join(", ")} of "${service}" are captured: every other port accepts any client, without mTLS`,
  fix: "remove it, so that every port is captured, or suppress this with the reason",
});

export const sidecarBypass: MeshRule = {
  code: "MW302",
  severity: "warning",
  title: "Proxies capture all traffic",
  why: [
    "Traffic that bypasses the sidecar has no mutual TLS, is not checked by any AuthorizationPolicy and appears in no metric.",
    "An excluded inbound port accepts connections from every pod that a NetworkPolicy admits.",
  ],
  see: pages.securityBestPractices,
  suppress: "the traffic can't pass a proxy: its protocol breaks, or the port belongs to a node agent.",
  stage: "mesh",
  examples: {
    wrong: { ...base, services: { web: { ports: { http }, sidecar: { excludeOutboundPorts: [443] } } } },
    right: { ...base, services: { web: { ports: { http } } } },
  },
  *check({ services }) {
    for (const { name, sidecar } of services) {
      const { excludeOutboundPorts, includeInboundPorts } = sidecar;
      if (excludeOutboundPorts) {
        yield {
          path: formatPath(["services", name, "sidecar", "excludeOutboundPorts"]),
          ...outbound(name, excludeOutboundPorts),
        };
      }
      if (includeInboundPorts) {
        yield {
          path: formatPath(["services", name, "sidecar", "includeInboundPorts"]),
          ...inbound(name, includeInboundPorts),
        };
      }
    }
  },
};
