import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

export const sidecarBypass: MeshRule = {
  code: "MW302",
  severity: "warning",
  title: "The proxies capture all traffic",
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
          message: `traffic of "${name}" to the ports ${excludeOutboundPorts.join(", ")} bypasses the mesh: no mTLS, no policy, no telemetry`,
          fix: "remove them, or suppress this with the reason why that traffic must stay outside",
        };
      }
      if (includeInboundPorts) {
        yield {
          path: formatPath(["services", name, "sidecar", "includeInboundPorts"]),
          message: `only the ports ${includeInboundPorts.join(", ")} of "${name}" are captured: any other is open to everybody, without mTLS`,
          fix: "remove it, so that every port is captured, or suppress this with the reason",
        };
      }
    }
  },
};
