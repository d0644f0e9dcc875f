import type { ServiceHost } from "../catalog";

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

/** The key of an external one in the add-ons' catalog. */
export function alertmanagerName(index: number): string {
  return `alertmanager-${index + 1}`;
}
