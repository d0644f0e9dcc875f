/** A port of a Kubernetes Service, as the chart `gateway` takes it. */
export interface GatewayPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: "TCP";
}

/**
 * Ports of a gateway's Service: those of the chart `gateway`, and further ones, which replace the chart's list.
 *
 * @see https://github.com/istio/istio/blob/master/manifests/charts/gateway/values.yaml
 */
export function gatewayPorts(more: readonly number[] = []): GatewayPort[] {
  const charts = { "status-port": 15021, http2: 80, https: 443 };
  const known = new Set(Object.values(charts));
  const further = [...new Set(more)].filter((port) => !known.has(port)).sort((a, b) => a - b);
  return [...Object.entries(charts), ...further.map((port): [string, number] => [`port-${port}`, port])].map(
    ([name, port]) => ({ name, port, targetPort: port, protocol: "TCP" }),
  );
}
