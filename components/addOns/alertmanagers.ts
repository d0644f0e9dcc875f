import { callersPort, parseAlertmanager } from "../../observability";

/**
 * Configuration with which Prometheus sends its alerts. Each address receives all of them, because Alertmanagers
 * deduplicate notifications among themselves. So a load balancer in front of Alertmanagers would deliver each alert to
 * only one of them.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#alertmanager_config
 */
export function alertmanagerConfigs(addresses: readonly string[]): object[] {
  const targets = addresses.flatMap((address) => {
    const one = parseAlertmanager(address);
    return one === undefined ? [] : [`${one.host}:${callersPort(one)}`];
  });
  return [{ static_configs: [{ targets }] }];
}
