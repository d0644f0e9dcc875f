import type { MeshDefinition, ServiceDefinition, ServiceHost } from "../catalog";

/** An existing Alertmanager. */
export interface Alertmanager {
  readonly host: string;
  readonly port: number;
  /** The Service of `host`, if it is in the cluster. Otherwise it is an external host, called with TLS. */
  readonly service?: ServiceHost;
}

/**
 * Parses `<host>` or `<host>:<port>`. The default port is 9093 in the cluster, and 443 for external hosts.
 *
 * @returns undefined for any other form.
 */
export function parseAlertmanager(address: string): Alertmanager | undefined {
  const { host, port } =
    /^(?<host>[a-z0-9-]+(\.[a-z0-9-]+)+)(:(?<port>\d{1,5}))?$/.exec(address)?.groups ?? {};
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535) return undefined;
  // The host of a headless Service's pod has the pod's name before the Service's.
  const service = /(^|\.)(?<service>[^.]+\.[^.]+\.svc\.cluster\.local)$/.exec(host)?.groups?.service;
  return service === undefined
    ? { host, port: Number(port ?? 443) }
    : { host, port: Number(port ?? 9093), service: service as ServiceHost };
}

/** Port that callers connect to. For an external host it is HTTP's, and the proxy originates TLS. */
export function callersPort({ port, service }: Alertmanager): number {
  return service === undefined ? 80 : port;
}

/**
 * Returns what allows a service to send alerts. A Service of the cluster belongs to another catalog; an external host
 * is called with TLS.
 */
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
          // Prometheus' own timeout.
          resilience: { timeout: "10s" },
        } as const,
      ]),
    ),
  };
}
