import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const captured = (...ports: number[]): object => ({ sidecar: { includeInboundPorts: ports } });
const suppressions = [{ code: "MW302", path: "services.api", reason: "an example" }];

export const callsCaptured: MeshRule = {
  code: "MW310",
  severity: "error",
  title: "Calls within the mesh go through the proxies of both sides",
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
          message: `the port "${port}" of "${name}" is served by the container's port ${targetPort}, which its proxy does not capture: callers' mutual TLS reaches a container that doesn't speak it`,
          fix: `add ${targetPort}`,
        };
      }
      for (const { callee, port, path: call } of outgoing) {
        if (!byName.has(callee) || !excludeOutboundPorts.includes(port.port)) continue;
        yield {
          path: formatPath(["services", name, "sidecar", "excludeOutboundPorts"]),
          message: `${call} goes to the port ${port.port}, which the proxy of "${name}" does not capture: without its mutual TLS "${callee}" refuses the call`,
          fix: `remove ${port.port}`,
        };
      }
    }
  },
};
