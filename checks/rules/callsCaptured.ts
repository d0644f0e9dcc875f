import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const captured = (...ports: number[]): object => ({ sidecar: { includeInboundPorts: ports } });
const suppressions = [{ code: "MW302", path: "services.api", reason: "an example" }];

interface CapturedPort {
  readonly name: string;
  readonly targetPort: number;
}

export const inbound = (service: string, { name, targetPort }: CapturedPort): Text => ({
  message: `the port "${name}" of "${service}" has target port ${targetPort}, which its proxy does not capture: callers' mutual TLS reaches a container that can't decrypt it`,
  fix: `add ${targetPort}`,
});

export const outbound = (service: string, call: string, callee: string, port: number): Text => ({
  message: `${call} uses the port ${port}, which the proxy of "${service}" does not capture: without mutual TLS, "${callee}" denies the call`,
  fix: `remove ${port}`,
});

export const callsCaptured: MeshRule = {
  code: "MW310",
  severity: "error",
  title: "Calls within the mesh pass the proxies of both sides",
  why: [
    "Mutual TLS needs a proxy at both ends.",
    "If the callee's proxy does not capture the port, its container receives TLS bytes; if the caller's does not, the callee denies plaintext.",
  ],
  see: pages.peerAuthentication,
  stage: "mesh",
  examples: {
    wrong: { ...webAndApi({}, captured(9090)), suppressions },
    right: { ...webAndApi({}, captured(8080)), suppressions },
  },
  *check({ services }, hasFailed) {
    const byName = new Map(services.map((service) => [service.name, service]));
    for (const { name, path, ports, sidecar, outgoing } of services) {
      const { includeInboundPorts, excludeOutboundPorts = [] } = sidecar;
      for (const { name: port, targetPort } of hasFailed(`${path}.ports`) ? [] : ports) {
        if (!includeInboundPorts || includeInboundPorts.includes(targetPort)) continue;
        yield {
          path: formatPath(["services", name, "sidecar", "includeInboundPorts"]),
          ...inbound(name, { name: port, targetPort }),
        };
      }
      for (const { callee, port, path: call } of outgoing) {
        if (!byName.has(callee) || !excludeOutboundPorts.includes(port.port)) continue;
        yield {
          path: formatPath(["services", name, "sidecar", "excludeOutboundPorts"]),
          ...outbound(name, call, callee, port.port),
        };
      }
    }
  },
};
