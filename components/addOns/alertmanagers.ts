import { callersPort, parseAlertmanager } from "../../observability";

/**
 * Where Prometheus sends its alerts. Each address gets them all: Alertmanagers settle among themselves who tells people,
 * so that one behind a load balancer would know of half of them.
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
