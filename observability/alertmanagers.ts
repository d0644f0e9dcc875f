import type { MeshDefinition, ServiceDefinition, ServiceHost } from "../catalog";

/** An Alertmanager that is there already. */
export interface Alertmanager {
  readonly host: string;
  readonly port: number;
  /** The Service that `host` belongs to, if it is in the cluster; otherwise it is asked over TLS. */
  readonly service?: ServiceHost;
}

/**
 * Reads `<host>` or `<host>:<port>`. In the cluster the port is 9093 unless another is said, outside of it 443.
 *
 * @returns nothing if it is neither.
 */
export function parseAlertmanager(address: string): Alertmanager | undefined {
  const { host, port } =
    /^(?<host>[a-z0-9-]+(\.[a-z0-9-]+)+)(:(?<port>\d{1,5}))?$/.exec(address)?.groups ?? {};
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535) return undefined;
  // A pod of a headless Service has a name before the Service's.
  const service = /(^|\.)(?<service>[^.]+\.[^.]+\.svc\.cluster\.local)$/.exec(host)?.groups?.service;
  return service === undefined
    ? { host, port: Number(port ?? 443) }
    : { host, port: Number(port ?? 9093), service: service as ServiceHost };
}

/** Port that callers connect to: outside of the cluster it is HTTP's, and the proxy begins TLS. */
export function callersPort({ port, service }: Alertmanager): number {
  return service === undefined ? 80 : port;
}

/** What lets a service send alerts: a Service of the cluster is somebody else's; a host outside of it is called over TLS. */
export function takingAlerts(
  alertmanagers: readonly Alertmanager[],
): Required<Pick<ServiceDefinition, "calls" | "reach"> & Pick<MeshDefinition, "externalServices">> {
  const inside = Map.groupBy(
    alertmanagers.flatMap(({ service, port }) => (service === undefined ? [] : [{ service, port }])),
    ({ service }) => service,
  );
  const outside = alertmanagers.flatMap((one, i) =>
    one.service === undefined ? [{ ...one, name: `alertmanager-${i + 1}` }] : [],
  );
  return {
    reach: Object.fromEntries(
      [...inside].map(([service, all]) => [service, { targetPorts: all.map(({ port }) => port) }]),
    ),
    calls: Object.fromEntries(outside.map(({ name }) => [name, {}])),
    externalServices: Object.fromEntries(
      outside.map(({ name, host, port }) => [
        name,
        {
          host,
          ports: { http: { port: callersPort({ host, port }), targetPort: port, protocol: "http" } },
          tls: { mode: "SIMPLE" },
          // As long as Prometheus itself waits.
          resilience: { timeout: "10s" },
        } as const,
      ]),
    ),
  };
}
