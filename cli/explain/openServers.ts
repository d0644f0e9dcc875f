import { gatewayServers, type GatewayServer, type Model, type Workload } from "../../effect";

/**
 * The servers of a gateway that a client outside of the mesh can use. Those of an egress gateway require a certificate of the
 * mesh.
 */
export function openServers(model: Model, gateway: Workload): GatewayServer[] {
  return gatewayServers(model, gateway).filter(({ tls }) => tls !== "ISTIO_MUTUAL");
}

/** The gateways that have a server on a port for clients outside of the mesh. */
export function openGateways(model: Model, port: number): Workload[] {
  return model.workloads.filter(
    (one) => one.proxy === "gateway" && openServers(model, one).some((server) => server.port === port),
  );
}

/** The ports of all of them, as messages list them. */
export function openPorts(model: Model): string {
  const gateways = model.workloads.filter(({ proxy }) => proxy === "gateway");
  const ports = gateways.flatMap((one) => openServers(model, one).map(({ port }) => port));
  return [...new Set(ports)].sort((one, other) => one - other).join(", ");
}
